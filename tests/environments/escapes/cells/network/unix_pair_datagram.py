# must not: send to a path from one end of a pair
import socket
tried()
one, _ = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
one.sendto(b"stolen", world["datagram"])
escaped("sent")
