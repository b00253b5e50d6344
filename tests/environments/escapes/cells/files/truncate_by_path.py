# must not: empty a file of this account
import os
tried()
os.truncate(world["file"], 0)
escaped("emptied")
