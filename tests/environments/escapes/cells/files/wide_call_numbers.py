# must not: reach calls by the numbers of the other ABI of the machine
import platform
tried()
if platform.machine() == "x86_64":
    done(libc.syscall(0x40000000 + 41, 2, 1, 0))
    escaped("x32 was served")
