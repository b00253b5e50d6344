# must not: change the bytecode that others run
import importlib.util, json
tried()
open(importlib.util.cache_from_source(json.__file__), "r+b").close()
escaped("opened")
