# must not: find a key in /proc/self/environ
tried()
escaped_if(open("/proc/self/environ").read())
