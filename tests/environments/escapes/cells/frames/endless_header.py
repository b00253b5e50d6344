# must not: make the app hold what a header announces
import os
tried()
os.write(wire()._out, (0xFFFFFFFF).to_bytes(4, "big") + b"{" * 4096)
