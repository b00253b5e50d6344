# must not: take memory by a file that stands in none
import os
tried()
os.memfd_create("held")
escaped("made")
