# must not: read a file of this account outside of scratch
tried()
escaped_if(open(world["file"]).read())
