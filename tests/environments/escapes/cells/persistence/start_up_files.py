# must not: leave code that a later Python or shell would run
import os, site, sys
tried()
made = 0
for place in (*sys.path, *site.getsitepackages(), world["home"], os.path.join(world["home"], ".config")):
    for name in ("usercustomize.py", "rlm-escape.pth", ".profile"):
        try:
            open(os.path.join(place, name), "a").close()
            made += os.getcwd() not in os.path.abspath(place)
        except OSError:
            pass
escaped_if(made and "ESCAPED")
