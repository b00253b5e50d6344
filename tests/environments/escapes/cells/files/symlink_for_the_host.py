# must not: leave a link in scratch that the host's clean-up could follow
import os
tried()
os.symlink(world["folder"], "folder")
escaped("linked")
