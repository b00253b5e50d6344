"""The offline client's cells: standard library only, read as text and run in the REPL, and imported by the sub-model.

A cell is the question as data on its first line and then some of these files, one after the other, in one namespace:
the lines by which they import one another are left out there. `run_*.py` are what a turn does; the others only define.
"""
