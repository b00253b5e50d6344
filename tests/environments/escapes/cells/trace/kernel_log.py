# must not: read the kernel's log
import ctypes
tried()
done(syscall(103, 116, 3, ctypes.create_string_buffer(1000), 1000))
escaped("read")
