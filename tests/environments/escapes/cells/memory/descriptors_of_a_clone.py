# must not: make a thread that shares no descriptors with this one
# control: no
tried()
stack = ctypes.create_string_buffer(1 << 16)
waits = ctypes.cast(libc.pause, ctypes.c_void_p)
flags = 0x100 | 0x200 | 0x800 | 0x10000
result = libc.clone(waits, ctypes.c_void_p(ctypes.addressof(stack) + (1 << 16) - 64), flags, None)
escaped_if("ESCAPED" if result > 0 else "")
