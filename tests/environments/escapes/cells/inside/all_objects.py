# must not: find a key or the app among all objects
import gc
tried()
found = [kind for kind in map(type, gc.get_objects()) if kind.__module__.startswith("rlm_app")]
escaped_if(found and "ESCAPED")
