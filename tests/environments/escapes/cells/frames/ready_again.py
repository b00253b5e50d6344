# must not: say again that it is ready, or confined
tried()
wire().write({"op": "ready", "python": "x", "pid": 1, "confined": {"missing": []}}, [])
