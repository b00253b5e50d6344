# must not: leave a picture of its memory, or more than lose its variables
import ctypes
tried()
ctypes.string_at(0)
