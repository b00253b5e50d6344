# must not: have an answer taken after the cell has ended
# after: 0.4
import threading, time
nonce = repl().nonce
def later():
    time.sleep(0.2)
    for _ in range(20):
        wire().write({"op": "result", "nonce": nonce, "error": None, "interrupted": False, "output_chars": 0,
                      "answered": True, "variables": {}}, [b"", b"", b"FORGED"])
tried()
threading.Thread(target=later).start()
