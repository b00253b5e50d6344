# must not: write a file without end
# control: no
# seconds: 10
tried()
piece = bytes(16 << 20)
with open("large", "wb", buffering=0) as file:
    for _ in range(64):
        if file.write(piece) < len(piece):
            raise OSError("cut short")
escaped("1 GB")
