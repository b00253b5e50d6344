# must not: claim space without writing
import os
tried()
os.posix_fallocate(os.open("large", os.O_RDWR | os.O_CREAT), 0, 1 << 30)
escaped("claimed")
