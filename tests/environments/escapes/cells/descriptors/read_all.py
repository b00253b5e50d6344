# must not: read what the app has open
import os
tried()
for number in range(3, 64):
    try:
        os.set_blocking(number, False)
        escaped_if(os.read(number, 1 << 16))
    except OSError:
        pass
# the protocol may break, nothing may be learnt
