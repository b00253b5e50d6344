# must not: have the kernel signal another process when a pipe can be read
import fcntl, os
tried()
one, two = os.pipe()
fcntl.fcntl(one, fcntl.F_SETOWN, world["neighbour"])
fcntl.fcntl(one, 10, 15)
fcntl.fcntl(one, fcntl.F_SETFL, os.O_ASYNC)
os.write(two, b"x")
escaped("sent")
