# must not: type into a terminal of the app
import fcntl, os
tried()
for number in range(32):
    try:
        fcntl.ioctl(number, 0x5412, b"x")
        escaped("typed")
    except OSError:
        pass
