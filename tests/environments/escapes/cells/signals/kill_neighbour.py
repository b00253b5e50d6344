# must not: end another process of this account
import os, signal
tried()
os.kill(world["neighbour"], signal.SIGTERM)
escaped("sent")
