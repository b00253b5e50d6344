# must not: the same by the call that came before
tried()
done(syscall(200, 130, world["neighbour"], 15))
escaped("sent")
