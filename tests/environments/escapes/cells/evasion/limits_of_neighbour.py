# must not: cap another process
import resource
tried()
resource.prlimit(world["neighbour"], resource.RLIMIT_NOFILE, (3, 3))
escaped("capped")
