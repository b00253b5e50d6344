# must not: keep memory from being swapped
import ctypes
tried()
held = ctypes.create_string_buffer(4 << 20)
done(libc.mlock(held, 4 << 20))
escaped("locked")
