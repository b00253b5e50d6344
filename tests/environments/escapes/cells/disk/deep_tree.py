# must not: build a tree that breaks whoever removes it
import os
tried()
for _ in range(2_000):
    os.mkdir("d")
    os.chdir("d")
escaped("built")
