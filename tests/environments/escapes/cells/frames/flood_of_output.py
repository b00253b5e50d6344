# must not: exhaust the app by output
# seconds: 3
tried()
while True:
    wire().write({"op": "output", "nonce": repl().nonce}, [b"x" * 60_000])
