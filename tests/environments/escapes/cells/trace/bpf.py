# must not: load programs into the kernel
import ctypes
tried()
done(syscall(321, 280, 0, ctypes.create_string_buffer((1).to_bytes(4, "little") + (4).to_bytes(4, "little") * 3 + bytes(100)), 116))
escaped("loaded")
