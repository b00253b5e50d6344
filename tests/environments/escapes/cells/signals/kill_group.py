# must not: signal the group
# control: no
import os, signal
tried()
os.kill(0, signal.SIGCONT)
escaped("sent")
