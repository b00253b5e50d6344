# must not: empty it by a flag of a reading open
import os
tried()
os.open(world["file"], os.O_RDONLY | os.O_TRUNC)
escaped("emptied")
