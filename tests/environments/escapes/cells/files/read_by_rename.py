# must not: move the file into scratch and read it there
import os
tried()
os.rename(world["file"], "mine")
escaped_if(open("mine").read())
