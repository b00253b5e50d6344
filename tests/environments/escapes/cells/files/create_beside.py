# must not: create a file outside of scratch
import os
tried()
open(os.path.join(world["folder"], "planted"), "w").close()
escaped("created")
