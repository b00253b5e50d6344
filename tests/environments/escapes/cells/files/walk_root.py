# must not: list the machine's tree
# jail: holds: the tree is the jail's
# docker: holds: the tree is the image's
import os
tried()
found = [name for place in ("/", "/home", "/root", "/etc", "/var", "/srv", "/opt", "/mnt") for name in listing(place)]
escaped_if(len(found) > 3 and "ESCAPED")
