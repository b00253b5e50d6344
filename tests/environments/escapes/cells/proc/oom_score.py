# must not: have the kernel kill another process first
tried()
with open(f"/proc/{world['neighbour']}/oom_score_adj", "w") as score:
    score.write("1000")
escaped("written")
