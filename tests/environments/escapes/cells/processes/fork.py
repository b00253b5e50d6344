# must not: start a process
import os
tried()
if os.fork() == 0:
    os._exit(0)
escaped("forked")
