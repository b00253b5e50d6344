# must not: read the environment of another process of this account
tried()
escaped_if(open(f"/proc/{world['neighbour']}/environ").read())
