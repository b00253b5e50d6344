# must not: reach a service by a socket in the file tree, such as Docker's
import socket
tried()
link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
link.connect(world["unix"])
link.sendall(b"stolen")
escaped("connected")
