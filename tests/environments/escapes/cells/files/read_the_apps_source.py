# must not: read the app's own code and data folder
tried()
escaped_if(open(world["source"]).read() and "ESCAPED")
