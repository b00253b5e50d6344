# must not: read it through a hard link in scratch
import os
tried()
os.link(world["file"], "link")
escaped_if(open("link").read())
