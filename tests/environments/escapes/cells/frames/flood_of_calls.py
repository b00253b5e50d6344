# must not: exhaust the app by calls
# seconds: 10
tried()
for number in range(3_000):
    wire().write({"op": "call", "nonce": repl().nonce, "id": number, "tool": "slow", "args": [], "kwargs": {}}, [])
