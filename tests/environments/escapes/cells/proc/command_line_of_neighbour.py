# must not: read what others were started with
tried()
escaped_if(open(f"/proc/{world['neighbour']}/cmdline").read())
