"""Streamlit with the pages loaded ahead: `python -m rlm_app.ui.serving run app.py` takes what `streamlit` takes.

The browser of the first visitor needs seconds to start; what its first page needs is loaded in that time and not after it.
"""

from __future__ import annotations

import importlib
import sys
import threading

# In the order in which the home page needs them; the last two are what Streamlit loads for a logo.
FIRST = (
    "rlm_app.ui.shell",
    "rlm_app.ui.handle",
    "rlm_app.ui.asking",
    "rlm_app.ui.uploads",
    "rlm_app.ui.recent",
    "rlm_app.ui.welcome",
    "duckdb",
    "rlm_app.store.duckdb_store",
    "rlm_app.runs.manager",
    "rlm_app.samples",
    "numpy",
    "PIL.Image",
)


def load() -> None:
    """Import what the first page needs, then have the packages compiled that cells will need."""
    for name in FIRST:
        importlib.import_module(name)
    importlib.import_module("rlm_app.environments.bytecode").compile_packages()


def main() -> None:
    """Serve as `streamlit` does, and load beside it."""
    from streamlit.web import cli

    threading.Thread(target=load, name="load-ahead", daemon=True).start()
    cli.main(args=sys.argv[1:], prog_name="streamlit")


if __name__ == "__main__":
    main()
