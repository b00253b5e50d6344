# must not: move another process to fewer processors
import os
tried()
os.sched_setaffinity(world["neighbour"], {0})
escaped("moved")
