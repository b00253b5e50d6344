# must not: walk through the parent's working folder
import os
tried()
escaped_if(os.listdir(f"/proc/{os.getppid()}/cwd/") and "ESCAPED")
