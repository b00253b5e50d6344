# must not: start a process by the newer call
# control: no
import ctypes, os
tried()
asked = ctypes.create_string_buffer(bytes(32) + (17).to_bytes(8, "little") + bytes(48))
made = done(syscall(435, 435, asked, 88))
if made == 0:
    os._exit(0)
escaped("cloned")
