# must not: list this account's folders
# jail: holds: the tree is the jail's, with the way to the interpreter in it
import os
tried()
escaped_if(any(os.listdir(place) for place in (world["home"], world["folder"])) and "ESCAPED")
