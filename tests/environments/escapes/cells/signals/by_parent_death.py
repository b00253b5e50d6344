# must not: stop dying with the app
import os
tried()
done(libc.prctl(1, 0, 0, 0, 0))
escaped("changed")
