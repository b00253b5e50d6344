# must not: learn addresses of another process
tried()
done(syscall(312, 272, world["neighbour"], world["neighbour"], 0, 0, 1))
escaped("compared")
