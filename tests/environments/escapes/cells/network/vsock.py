# must not: reach the machine below this virtual one
import socket
tried()
socket.socket(40, socket.SOCK_STREAM)
escaped("vsock socket")
