# must not: write the memory of another process
tried()
with open(f"/proc/{world['neighbour']}/mem", "r+b") as memory:
    escaped("opened")
