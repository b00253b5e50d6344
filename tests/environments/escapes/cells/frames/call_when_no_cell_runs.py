# must not: have a call answered after the cell has ended
# after: 0.4
import threading, time
nonce = repl().nonce
def later():
    time.sleep(0.2)
    wire().write({"op": "call", "nonce": nonce, "id": 900, "tool": "note", "args": ["text"], "kwargs": {}}, [b"FORGED"])
tried()
threading.Thread(target=later).start()
