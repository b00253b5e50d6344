# must not: start a process by the raw call
# control: no
import os
tried()
made = done(syscall(56, 220, 0x4111, 0, 0, 0, 0))
if made == 0:
    os._exit(0)
escaped("cloned")
