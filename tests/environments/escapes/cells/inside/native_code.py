# must not: get further by machine code than by Python
import ctypes, mmap, platform
tried()
codes = {"x86_64": bytes.fromhex("b839000000 0f05 c3".replace(" ", "")), "aarch64": b""}
code = codes.get(platform.machine(), b"")
if code:
    place = mmap.mmap(-1, 4096, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=7)
    place.write(code)
    made = ctypes.CFUNCTYPE(ctypes.c_long)(ctypes.addressof(ctypes.c_char.from_buffer(place)))()
    if made == 0:
        import os
        os._exit(0)
    escaped_if(made > 0 and "ESCAPED")
