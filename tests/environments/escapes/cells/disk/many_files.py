# must not: fill the disk by many files
# control: no
# seconds: 10
tried()
piece = bytes(16 << 20)
for number in range(64):
    with open(f"file{number}", "wb", buffering=0) as file:
        if file.write(piece) < len(piece):
            raise OSError("cut short")
escaped("1 GB")
