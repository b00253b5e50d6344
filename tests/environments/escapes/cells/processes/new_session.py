# must not: leave the group by which it is killed
import os
tried()
os.setpgid(0, 0) if os.getpgid(0) != os.getpid() else os.setsid()
escaped("left")
