# must not: exhaust the app's stack
import os
tried()
body = b"[" * 100_000 + b"]" * 100_000
os.write(wire()._out, len(body).to_bytes(4, "big") + body)
