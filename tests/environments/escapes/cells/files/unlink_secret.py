# must not: remove a file of this account
import os
tried()
os.unlink(world["file"])
escaped("removed")
