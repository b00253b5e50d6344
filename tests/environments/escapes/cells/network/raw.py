# must not: make packets
import socket
tried()
socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
escaped("raw socket")
