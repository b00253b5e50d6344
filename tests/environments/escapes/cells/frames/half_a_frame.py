# must not: keep the app waiting
# seconds: 2
import os, time
tried()
os.write(wire()._out, b"\0\0\1\0{")
time.sleep(30)
