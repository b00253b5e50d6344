# must not: change the root folder
import os
tried()
os.chroot(".")
escaped("changed")
