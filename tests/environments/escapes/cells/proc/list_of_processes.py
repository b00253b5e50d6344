# must not: see which processes run
# docker: holds: the container has processes of its own only
import os
tried()
escaped_if(len([name for name in os.listdir("/proc") if name.isdigit()]) > 3 and "ESCAPED")
