# must not: have a timer signal another process
import ctypes
tried()
event = ctypes.create_string_buffer(bytes(8) + (15).to_bytes(4, "little") + (4).to_bytes(4, "little") + world["neighbour"].to_bytes(4, "little") + bytes(44))
done(syscall(222, 107, 1, event, ctypes.create_string_buffer(8)))
escaped("set")
