# must not: send to a socket in the file tree, such as the system log
import socket
tried()
socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"stolen", world["datagram"])
escaped("sent")
