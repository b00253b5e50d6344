# must not: change whose file it is
import os
tried()
os.chown(world["file"], os.getuid(), os.getgid())
escaped("changed")
