# must not: find a way out by the classes there are
import os
tried()
for kind in object.__subclasses__():
    held = getattr(getattr(kind, "__init__", None), "__globals__", {})
    if "system" in held and held["system"]("true") == 0:
        escaped("ran a program")
