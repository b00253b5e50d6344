"""Another process of the same account, with a secret in its environment, in its memory and in an open file."""

import os
import sys
import time

held = os.environ["CANARY"] + "-in-memory"
file = os.open(sys.argv[1], os.O_RDONLY)
os.chdir(os.path.dirname(sys.argv[1]))
print("up", flush=True)
while os.getppid() == int(sys.argv[2]):
    time.sleep(0.2)
