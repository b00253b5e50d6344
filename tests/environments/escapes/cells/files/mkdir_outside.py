# must not: create a folder outside of scratch
import os
tried()
os.mkdir(os.path.join(world["folder"], "planted"))
escaped("created")
