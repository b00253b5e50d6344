# must not: send from a pair by a call that names an address
import socket
tried()
one, _ = socket.socketpair()
one.sendmsg([b"stolen"], [], 0, world["datagram"])
escaped("sent")
