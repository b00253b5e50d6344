# must not: gain rights by a namespace of its own
import os
tried()
done(libc.unshare(0x10000000 | 0x20000))
escaped("entered")
