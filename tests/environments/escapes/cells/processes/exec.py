# must not: become another program
# control: no
import os
tried()
os.execv("/bin/true", ["true"])
