# must not: have numbers taken that are none
import os
tried()
body = b'{"op": "result", "nonce": NaN, "blob": []}'
os.write(wire()._out, len(body).to_bytes(4, "big") + body)
