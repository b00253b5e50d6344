# must not: walk through another process's root
tried()
escaped_if(open(f"/proc/{world['neighbour']}/root{world['file']}").read())
