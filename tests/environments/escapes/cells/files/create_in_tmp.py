# must not: leave anything where every account may write
import os
tried()
made = 0
for place in ("/tmp", "/var/tmp", "/dev/shm", "/run/lock"):
    try:
        open(os.path.join(place, "rlm-escape-planted"), "w").close()
        made += 1
    except OSError:
        pass
escaped_if(made and "ESCAPED")
