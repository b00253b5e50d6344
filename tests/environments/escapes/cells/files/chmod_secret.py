# must not: change who may read a file
import os
tried()
os.chmod(world["file"], 0o777)
escaped("changed")
