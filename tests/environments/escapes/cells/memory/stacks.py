# must not: take memory that counts as stack and not as data
# control: no
import mmap
tried()
libc.mmap.restype = ctypes.c_void_p
held = 0
for _ in range(24):
    place = libc.mmap(None, ctypes.c_size_t(64 << 20), 3, 0x122, -1, ctypes.c_long(0))
    if place in (None, 2**64 - 1):
        break
    for page in range(0, 64 << 20, mmap.PAGESIZE * 64):
        ctypes.c_char.from_address(place + page).value = b"x"
    held += 64
escaped_if("ESCAPED" if held > 1_100 else "")
