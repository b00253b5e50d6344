# must not: take a descriptor out of another process
tried()
held = done(syscall(434, 434, world["neighbour"], 0))
done(syscall(438, 438, held, 0, 0))
escaped("taken")
