# must not: find a key or document among the process's arguments
import sys
tried()
escaped_if(" ".join(sys.argv + sys.orig_argv))
