# must not: start a shell
import os
tried()
escaped_if(os.system("true") == 0 and "ESCAPED")
