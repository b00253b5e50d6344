# must not: reach a TCP port of this machine
import socket
tried()
socket.create_connection(("127.0.0.1", world["tcp"]), 1).sendall(b"stolen")
escaped("connected")
