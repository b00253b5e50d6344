# must not: list this account's folders
import os
tried()
escaped_if(any(os.listdir(place) for place in (world["home"], world["folder"])) and "ESCAPED")
