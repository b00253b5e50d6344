# must not: read the environment of the process above
import os
tried()
escaped_if(open(f"/proc/{os.getppid()}/environ").read() and "ESCAPED")
