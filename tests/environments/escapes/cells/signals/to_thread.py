# must not: signal a thread of another process
tried()
done(syscall(234, 131, world["neighbour"], world["neighbour"], 15))
escaped("sent")
