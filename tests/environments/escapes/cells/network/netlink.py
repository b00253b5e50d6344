# must not: ask the kernel about the network
import socket
tried()
socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
escaped("netlink socket")
