# must not: send a signal with a value, by another call
import ctypes
tried()
done(syscall(129, 138, world["neighbour"], 15, ctypes.create_string_buffer(b"\0" * 8 + b"\xff\xff\xff\xff" + b"\0" * 116)))
escaped("sent")
