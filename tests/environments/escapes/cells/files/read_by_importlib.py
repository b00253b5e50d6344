# must not: read it as a module's source
import importlib.machinery
tried()
escaped_if(importlib.machinery.SourceFileLoader("secret", world["file"]).get_data(world["file"]))
