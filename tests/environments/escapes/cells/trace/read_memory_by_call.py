# must not: read another process's memory
import ctypes
tried()
class Place(ctypes.Structure):
    _fields_ = [("at", ctypes.c_void_p), ("size", ctypes.c_size_t)]
held = ctypes.create_string_buffer(8)
mine, theirs = Place(ctypes.addressof(held), 8), Place(id(0), 8)
import errno
result = syscall(310, 270, world["neighbour"], ctypes.byref(mine), 1, ctypes.byref(theirs), 1, 0)
if result >= 0 or ctypes.get_errno() == errno.EFAULT:
    escaped("read")
