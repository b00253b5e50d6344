# must not: create a device or a pipe for somebody else to open
import os, stat
tried()
made = 0
for kind in (stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO, stat.S_IFSOCK):
    try:
        os.mknod(f"node{kind}", 0o666 | kind, os.makedev(1, 1))
        made += 1
    except OSError:
        pass
escaped_if(made and "ESCAPED")
