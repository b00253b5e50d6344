# must not: pass a descriptor to another process
import array, socket
tried()
for number in range(3, 16):
    try:
        link = socket.socket(fileno=number)
        link.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0]))])
        escaped("passed")
    except OSError:
        pass
    finally:
        link.detach()
