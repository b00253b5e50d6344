# must not: keep the processor to itself
import os
tried()
os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
escaped("changed")
