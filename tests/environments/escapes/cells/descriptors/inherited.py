# must not: hold a descriptor of the app's
import os, stat
tried()
for number in range(3, 256):
    try:
        kind = os.fstat(number).st_mode
    except OSError:
        continue
    if stat.S_ISREG(kind) or stat.S_ISDIR(kind):
        escaped_if(os.readlink(f"/proc/self/fd/{number}") and "ESCAPED")
        escaped(f"descriptor {number} is a file")
