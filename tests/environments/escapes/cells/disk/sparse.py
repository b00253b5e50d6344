# must not: claim space by an offset
import os
tried()
os.ftruncate(os.open("large", os.O_RDWR | os.O_CREAT), 1 << 40)
escaped("1 TB")
