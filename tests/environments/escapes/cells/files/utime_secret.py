# must not: change a file's times
import os
tried()
os.utime(world["file"], (1, 1))
escaped("changed")
