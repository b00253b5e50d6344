# must not: start a program by posix_spawn
import os
tried()
os.posix_spawn("/bin/true", ["true"], {})
escaped("spawned")
