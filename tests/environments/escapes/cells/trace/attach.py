# must not: take hold of another process
tried()
done(libc.ptrace(16, world["neighbour"], None, None))
escaped("attached")
