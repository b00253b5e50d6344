# must not: find what the app holds in the memory this process was given
import ctypes, gc
tried()
needle = world["marks"]
held = [item for item in gc.get_objects() if isinstance(item, (str, bytes))]
escaped_if(str([item for item in held if any(mark in str(item) for mark in needle)]))
