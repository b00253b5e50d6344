"""Prints the modules that are loaded when a page is about to draw its title."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from rlm_app.ui import shell

shell.set_up()
sys.stdout.write("\n".join(sys.modules))
