# must not: take hold of the process above
# control: no
import os
tried()
done(libc.ptrace(0x4206, os.getppid(), None, None))
escaped("attached")
