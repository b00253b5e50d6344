# must not: make the app hold what a blob announces
import json, os
tried()
body = json.dumps({"op": "output", "nonce": repl().nonce, "blob": [1 << 40]}).encode()
os.write(wire()._out, len(body).to_bytes(4, "big") + body)
