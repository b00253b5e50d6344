# must not: open a port for others
import socket
tried()
held = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
held.bind(("127.0.0.1", 0))
held.listen()
escaped("listens")
