# must not: turn a socket it was given into one that reaches elsewhere
import os, socket
tried()
for number in range(64):
    try:
        socket.socket(fileno=os.dup(number)).connect(("127.0.0.1", world["tcp"]))
        escaped("connected")
    except (OSError, ValueError):
        pass
