# must not: map it into memory
import mmap, os
tried()
held = os.open(world["file"], os.O_RDONLY)
escaped_if(mmap.mmap(held, 0, prot=mmap.PROT_READ)[:])
