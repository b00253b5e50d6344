# must not: open files by a newer call that the filter would not see
import ctypes, os
tried()
held = done(syscall(437, 437, -100, world["file"].encode(), ctypes.create_string_buffer(24), 24))
escaped_if(os.read(held, 100))
