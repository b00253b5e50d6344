# must not: end the app with itself
import os
tried()
os._exit(0)
