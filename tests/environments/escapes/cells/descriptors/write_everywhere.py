# must not: break more than itself by noise on every descriptor
import os
tried()
for number in range(3, 64):
    try:
        os.set_blocking(number, False)
        os.write(number, b"\xff" * 4096)
    except OSError:
        pass
