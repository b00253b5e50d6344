# must not: build a tree that breaks whoever removes it
# jail: holds: the scratch folder is in memory and goes with the jail
import os
tried()
for _ in range(2_000):
    os.mkdir("d")
    os.chdir("d")
escaped("built")
