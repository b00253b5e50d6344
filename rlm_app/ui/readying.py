"""What an opened step needs of the browser is fetched while the closed ones are looked at.

Streamlit's parts for code and tables are 2.8 MB of program that a browser asks for with the first of them on a page, which
would make the first step that is opened wait a second.
"""

from __future__ import annotations

import sys
from functools import cache
from typing import Any

import streamlit as st

KEY = "rlm_readying"


def draw() -> None:
    """Draw a piece of code and a table that are neither seen nor read out; call it below all else."""
    with st.container(key=KEY):
        st.code(" ", language="python")
        if "pandas" in sys.modules:  # without it the server would be busy for seconds
            st.dataframe(_table(), key=f"{KEY}_table")


@cache
def _table() -> Any:
    """Return an empty cell in the form in which it is sent: this is drawn with every look at a live run."""
    import pyarrow

    return pyarrow.table({"": [""]})
