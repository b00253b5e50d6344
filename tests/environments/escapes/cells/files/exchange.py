# must not: swap a file of its own with another
import os
tried()
open("mine", "w").close()
done(syscall(316, 276, -100, b"mine", -100, world["file"].encode(), 2))
escaped("exchanged")
