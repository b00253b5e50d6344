# must not: open files past the filter, through a ring
import ctypes
tried()
done(syscall(425, 425, 4, ctypes.create_string_buffer(200)))
escaped("made a ring")
