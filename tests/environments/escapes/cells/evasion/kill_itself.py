# must not: do more than lose its own variables
import os, signal
tried()
os.kill(os.getpid(), signal.SIGKILL)
