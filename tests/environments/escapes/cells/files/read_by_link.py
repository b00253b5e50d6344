# must not: read it through a symbolic link in scratch
import os
tried()
os.symlink(world["file"], "link")
escaped_if(open("link").read())
