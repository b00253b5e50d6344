# must not: take capabilities back
import ctypes
tried()
header = ctypes.create_string_buffer((0x20080522).to_bytes(4, "little") + bytes(4))
everything = ctypes.create_string_buffer(b"\xff" * 8 + bytes(16))
done(syscall(126, 91, header, everything))
escaped("taken")
