# must not: confuse the app by sizes that make no sense
import json, os
tried()
body = json.dumps({"op": "output", "nonce": repl().nonce, "blob": [-5, 2.5, True, "x"]}).encode()
os.write(wire()._out, len(body).to_bytes(4, "big") + body)
