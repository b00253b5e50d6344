# must not: take memory by mapping the zero device
import mmap, os
tried()
mmap.mmap(os.open("/dev/zero", os.O_RDWR), 1 << 20)
escaped("mapped")
