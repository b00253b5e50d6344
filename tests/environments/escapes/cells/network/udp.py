# must not: send a datagram
import socket
tried()
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"stolen", ("127.0.0.1", world["udp"]))
escaped("sent")
