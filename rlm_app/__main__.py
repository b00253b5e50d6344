"""The command line: `python -m rlm_app serve | ask | runs`."""

import sys

from rlm_app.cli import main

sys.exit(main())
