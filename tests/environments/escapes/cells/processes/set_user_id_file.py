# must not: leave a program that runs as its owner
import os
tried()
open("program", "w").close()
os.chmod("program", 0o6777)
escaped("marked")
