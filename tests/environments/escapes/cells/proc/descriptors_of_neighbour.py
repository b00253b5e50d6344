# must not: open what another process has open
import os
tried()
for name in os.listdir(f"/proc/{world['neighbour']}/fd"):
    escaped_if(open(f"/proc/{world['neighbour']}/fd/{name}").read())
