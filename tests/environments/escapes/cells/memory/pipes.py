# must not: make the kernel hold much for it
import fcntl, os
tried()
one, two = os.pipe()
fcntl.fcntl(one, 1031, 1 << 20)
escaped("enlarged")
