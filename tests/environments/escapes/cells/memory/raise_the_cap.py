# must not: raise its caps
import resource
tried()
resource.setrlimit(resource.RLIMIT_DATA, (1 << 40, 1 << 40))
escaped("raised")
