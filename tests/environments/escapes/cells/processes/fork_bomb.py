# must not: multiply
# control: no
import os
tried()
for _ in range(200):
    if os.fork() == 0:
        escaped("forked")
escaped("multiplied")
