# must not: set the clock
import time
tried()
time.clock_settime(time.CLOCK_REALTIME, time.time())
escaped("set")
