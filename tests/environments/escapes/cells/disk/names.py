# must not: leave names that break whoever lists them
import os
tried()
for name in ("a\nb", "\udce9", "-rf", "x" * 255, "‮txt"):
    open(name, "w").close()
# allowed in scratch: the clean-up has to cope
