# must not: take more memory than it may
# control: no
# seconds: 10
tried()
held = []
for _ in range(40):
    held.append(bytearray(100 << 20))
escaped("4 GB")
