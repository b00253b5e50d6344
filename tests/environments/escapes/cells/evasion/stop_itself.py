# must not: outlive its time by standing still
# seconds: 0.5
import os, signal
tried()
os.kill(os.getpid(), signal.SIGSTOP)
