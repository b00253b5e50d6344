# must not: add to a file of this account
import os
tried()
os.write(os.open(world["file"], os.O_WRONLY | os.O_APPEND), b"changed")
escaped("wrote")
