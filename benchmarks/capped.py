"""Becomes another program, with a cap of 3 GB on its memory: for peers that set none themselves."""

import os
import resource
import sys

resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))
os.execv(sys.argv[1], sys.argv[1:])
