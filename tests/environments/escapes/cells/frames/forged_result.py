# must not: hand in an answer with another cell's secret
tried()
wire().write({"op": "result", "nonce": "0" * 32, "error": None, "interrupted": False, "output_chars": 0,
              "answered": True, "variables": {}}, [b"", b"", b"FORGED"])
