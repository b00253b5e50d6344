# must not: end everything
# control: no
import os, signal
tried()
os.kill(-1, signal.SIGTERM)
escaped("sent")
