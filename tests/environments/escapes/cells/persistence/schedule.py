# must not: have anything run later
import os
tried()
made = 0
for place in ("/var/spool/cron", "/etc/cron.d", "/etc/systemd/system", "/var/spool/cron/crontabs"):
    try:
        open(os.path.join(place, "rlm-escape"), "w").close()
        made += 1
    except OSError:
        pass
escaped_if(made and "ESCAPED")
