# must not: reach calls by the entry for programs of 32 bits
import ctypes, mmap, platform
tried()
if platform.machine() == "x86_64":
    place = mmap.mmap(-1, 4096, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=7)
    place.write(bytes.fromhex("53b814000000cd805bc3"))
    made = ctypes.CFUNCTYPE(ctypes.c_long)(ctypes.addressof(ctypes.c_char.from_buffer(place)))()
    escaped_if(made > 0 and "ESCAPED")
