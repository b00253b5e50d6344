# must not: watch the machine through its counters
import ctypes
tried()
done(syscall(298, 241, ctypes.create_string_buffer(b"\1\0\0\0\x70\0\0\0" + bytes(104)), -1, 0, -1, 0))
escaped("watches")
