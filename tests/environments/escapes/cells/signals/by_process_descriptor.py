# must not: signal through a descriptor of a process
import signal, os
tried()
signal.pidfd_send_signal(os.pidfd_open(world["neighbour"]), signal.SIGTERM)
escaped("sent")
