"""What an opened step needs of the browser is fetched while the closed ones are looked at.

Streamlit's parts for code and tables are 2.8 MB of program that a browser asks for with the first of them on a page, which
would make the first step that is opened wait a second. Asked for together with the rows, it would keep these waiting instead.
"""

from __future__ import annotations

import sys
from functools import cache
from typing import Any

import streamlit as st

from rlm_app.ui import later

KEY = "rlm_readying"
AFTER = 1.0
"""Seconds after the rows of a stored run."""
_FETCHED = "_readying"


def draw(*, live: bool) -> None:
    """Draw, a moment after the page, a piece of code and a table that are neither seen nor read out; call it below all else.

    `live` says that the page is drawn again and again by itself; then the second time is the moment after.
    """
    if st.session_state.get(_FETCHED):
        _parts()
    elif live:
        st.session_state[_FETCHED] = True
    else:
        later.draw(_parts, AFTER)


def _parts() -> None:
    st.session_state[_FETCHED] = True
    with st.container(key=KEY):
        st.code(" ", language="python")
        if "pandas" in sys.modules:  # without it the server would be busy for seconds
            st.dataframe(_table(), key=f"{KEY}_table")


@cache
def _table() -> Any:
    """Return an empty cell in the form in which it is sent: this is drawn with every look at a live run."""
    import pyarrow

    return pyarrow.table({"": [""]})
