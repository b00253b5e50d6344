# must not: attach anything to a file
import os
tried()
os.setxattr(world["file"], "user.mark", b"x")
escaped("changed")
