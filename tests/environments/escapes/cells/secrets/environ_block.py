# must not: find a key in the block the process was started with
import ctypes
tried()
block = ctypes.POINTER(ctypes.c_char_p).in_dll(ctypes.CDLL(None), "environ")
texts = []
while block[len(texts)]:
    texts.append(block[len(texts)])
escaped_if(b" ".join(texts))
