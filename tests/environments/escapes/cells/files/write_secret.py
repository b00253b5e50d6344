# must not: change a file of this account
tried()
with open(world["file"], "w") as file:
    file.write("changed")
escaped("wrote")
