# must not: bring the app to do anything by a frame it does not know
tried()
wire().write({"op": "open", "path": world["file"], "nonce": "x"}, [])
