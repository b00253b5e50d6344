"""The frame around every page: navigation, the guard each page file calls first, and who is looking."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from rlm_app.build import App
from rlm_app.errors import StoreError
from rlm_app.ui.handle import shared_app

ASK = "pages/ask.py"
RUN = "pages/run.py"
HISTORY = "pages/history.py"
DOCUMENTS = "pages/documents.py"
SETTINGS = "pages/settings.py"

_STYLE = Path(__file__).with_name("style.css")
_LOGO = str(Path(__file__).with_name("logo.svg"))
_READY = "_shell"


def set_up() -> None:
    """Set what all pages share; called by `app.py` before anything is drawn."""
    st.set_page_config(page_title="RLM desk", page_icon=_LOGO, layout="wide")
    st.session_state[_READY] = True
    st.html(_STYLE)
    st.logo(_LOGO, size="large")


def navigation() -> StreamlitPage:
    """Declare the pages and return the one that was asked for."""
    return st.navigation(_pages(), position="top")


def require_shell() -> None:
    """Stand on line 1 of every page file: a page that Streamlit runs without `app.py` starts again through it.

    With a `pages/` folder beside the entry script, the first request after a start reaches the page file alone when it is
    a deep link; declaring the navigation once ends that mode for the process.
    """
    if not st.session_state.get(_READY):
        st.navigation(_pages())
        st.rerun()


def owner() -> str:
    """Return who is looking; every read and write of a page is for this owner."""
    return "local"


def open_app() -> App:
    """Return the app, or show in a sentence why its data cannot be opened and end the page."""
    try:
        return shared_app()
    except StoreError as error:
        stop_with("The data file cannot be opened", str(error))


def stop_with(title: str, sentence: str) -> NoReturn:
    """Show one problem with what to do about it, and end the page."""
    st.header(title, anchor=False)
    st.error(sentence, icon=":material/error:")
    st.stop()


def _pages() -> list[StreamlitPage]:
    return [
        st.Page(ASK, title="Ask", icon=":material/edit_note:", default=True, help="Ask a question of your documents"),
        st.Page(RUN, title="Run", icon=":material/timeline:", visibility="hidden", help="Watch or read one run"),
        st.Page(HISTORY, title="History", icon=":material/history:", help="Every question asked so far"),
        st.Page(DOCUMENTS, title="Documents", icon=":material/folder_open:", help="Read, check and remove documents"),
        st.Page(SETTINGS, title="Settings", icon=":material/tune:", help="Keys, limits, environments and your data"),
    ]
