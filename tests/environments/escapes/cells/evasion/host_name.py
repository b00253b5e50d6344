# must not: rename the machine
import socket
tried()
socket.sethostname("owned")
escaped("renamed")
