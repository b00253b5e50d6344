# must not: have the kernel copy it
import os
tried()
with open("copy", "wb") as copy:
    os.sendfile(copy.fileno(), os.open(world["file"], os.O_PATH), 0, 100)
escaped_if(open("copy").read())
