# must not: break more than itself
import os
tried()
os.closerange(0, 256)
