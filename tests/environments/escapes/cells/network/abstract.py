# must not: reach an abstract socket
import socket
tried()
link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
link.connect("\0" + world["abstract"])
escaped("connected")
