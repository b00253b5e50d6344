# must not: read the memory of the process above
import os
tried()
maps = open(f"/proc/{os.getppid()}/maps").readline()
start = int(maps.split("-")[0], 16)
with open(f"/proc/{os.getppid()}/mem", "rb") as memory:
    memory.seek(start)
    escaped_if(memory.read(10) and "ESCAPED")
