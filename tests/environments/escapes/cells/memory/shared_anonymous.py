# must not: take memory that no cap counts
# control: no
import mmap
tried()
held = [mmap.mmap(-1, 256 << 20) for _ in range(8)]
for piece in held:
    piece[:: 4096] = b"x" * (len(piece) // 4096)
escaped("2 GB")
