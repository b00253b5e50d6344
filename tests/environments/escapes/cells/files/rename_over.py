# must not: put a file of its own in another's place
import os
tried()
open("mine", "w").close()
os.rename("mine", world["file"])
escaped("replaced")
