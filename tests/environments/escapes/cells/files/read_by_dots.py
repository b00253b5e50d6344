# must not: read it by a path that leaves scratch
import os
tried()
escaped_if(open(os.path.join(os.getcwd(), "..", "..", "..", "..", "..", world["file"].lstrip("/"))).read())
