# must not: take the filter off by another one
import ctypes, struct
tried()
allow = ctypes.create_string_buffer(struct.pack("=HBBI", 6, 0, 0, 0x7FFF0000))
program = ctypes.create_string_buffer(struct.pack("=HxxxxxxQ", 1, ctypes.addressof(allow)))
done(libc.prctl(22, 2, program, 0, 0))
escaped("installed")
