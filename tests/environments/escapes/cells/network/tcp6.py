# must not: reach a TCP port over IPv6
import socket
tried()
link = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
link.connect(("::1", world["tcp"]))
escaped("connected")
