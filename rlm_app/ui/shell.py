"""The frame around every page: navigation, the guard each page file calls first, and who is looking."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypeVar

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from rlm_app.errors import ConfigError, StoreError

if TYPE_CHECKING:
    from rlm_app.build import App

NAME = "Ask long documents"
ASK = "pages/ask.py"
RUN = "pages/run.py"
GRID = "pages/grid.py"
HISTORY = "pages/history.py"
COMPARE = "pages/compare.py"
SQL = "pages/sql.py"
DOCUMENTS = "pages/documents.py"
SETTINGS = "pages/settings.py"
SHARED = "pages/shared.py"
OPEN = frozenset({"shared"})
"""Addresses of pages that need no owner; they show what a link in their query string opens, and read nothing by an owner."""

_STYLE = Path(__file__).with_name("style.css")
_ICON = "📄"
"""Stands in a tab until its logo does. Without one a browser asks a server of Google's for the sign of the page."""
_LOGO = str(Path(__file__).with_name("logo.svg"))
_READY, _VISITED, _SIGNED, _DRAWN = "_shell", "_shell_visited", "_shell_signed", "_shell_drawn"
_LAST_RUN = "_shell_run"
_T = TypeVar("_T")


def set_up() -> None:
    """Set what all pages share; called by `app.py` before anything is drawn."""
    st.set_page_config(page_title=NAME, page_icon=_ICON, layout="wide")
    st.session_state[_READY] = True
    st.html(_STYLE)
    st.session_state[_SIGNED] = False
    if "PIL.Image" in sys.modules:
        sign()


def is_first_page() -> bool:
    """Whether nothing was drawn in this tab before: its browser has yet to start what draws each kind of thing."""
    return not st.session_state.get(_DRAWN)


def end() -> None:
    """Draw what comes last, and note that the page was drawn to its end; called by `app.py`."""
    sign()
    st.session_state[_DRAWN] = True


def sign() -> None:
    """Draw icon and logo, once a run. Streamlit loads an image library for them: a second when it is the first time."""
    if not st.session_state[_SIGNED]:
        st.session_state[_SIGNED] = True
        st.set_page_config(page_icon=_LOGO)
        if not _by_link():
            st.logo(_LOGO, size="large")


def navigation() -> StreamlitPage:
    """Declare the pages and return the one that was asked for."""
    return st.navigation(pages(), position="hidden" if _by_link() else "top")


def require_shell() -> None:
    """Stand on line 1 of every page file: a page that Streamlit runs without `app.py` starts again through it.

    With a `pages/` folder beside the entry script, the first request after a start reaches the page file alone when it is
    a deep link; declaring the navigation once ends that mode for the process.
    """
    if not st.session_state.get(_READY):
        st.set_page_config(page_icon=_ICON)
        st.navigation(pages())
        st.rerun()


def run_in_address() -> None:
    """On the home page: open the run its address names, when a visit begins with it.

    Later the name is a leftover: going to a run, Streamlit leaves it on the page that was left, so that Back leads to it.
    """
    named, first = st.query_params.get("run"), not st.session_state.get(_VISITED)
    st.session_state[_VISITED] = True
    if named and first:
        st.switch_page(RUN, query_params={"run": named})
    if named:
        del st.query_params["run"]


def run_of_page() -> str:
    """On the run page: return the run it shows, "" without one; Back may lead here without its name in the address."""
    named, first = st.query_params.get("run", ""), not st.session_state.get(_VISITED)
    st.session_state[_VISITED] = True
    if not named and not first and _LAST_RUN in st.session_state:
        named = st.query_params["run"] = st.session_state[_LAST_RUN]
    st.session_state[_LAST_RUN] = named
    return named


def admit(page: StreamlitPage) -> None:
    """Let nobody see a page before it is known for whom it is drawn; those of `OPEN` are drawn for whoever has their link."""
    from rlm_app.ui import identity

    if page.url_path in OPEN:
        _known(identity.reach)
    else:
        owner()
        identity.arrive()


def owner() -> str:
    """Return who is looking, or ask them who they are and end the page; every read and write of a page is for this owner."""
    from rlm_app.ui import identity

    return _known(identity.owner)


def _known(asked: Callable[[], _T]) -> _T:
    """Return what is known of who is looking, or say why they see no page, and end it."""
    from rlm_app.ui import identity

    try:
        return asked()
    except identity.Refused as refused:
        stop_with(refused.title, refused.sentence, refused.way_out)
    except StoreError as error:
        stop_with("The workspaces cannot be opened", str(error))
    except ConfigError as error:
        stop_with("The settings cannot be read", str(error))


def open_app() -> App:
    """Return the app, or show in a sentence why its data cannot be opened and end the page."""
    from rlm_app.ui.handle import shared_app

    try:
        return shared_app()
    except StoreError as error:
        stop_with("The data file cannot be opened", str(error))
    except ConfigError as error:
        stop_with("The settings cannot be read", str(error))


def stop_with(title: str, sentence: str, way_out: Callable[[], object] | None = None) -> NoReturn:
    """Show one problem with what to do about it, then draw the way out, and end the page."""
    st.header(title, anchor=False)
    st.error(sentence, icon=":material/error:")
    if way_out is not None:
        way_out()
    st.stop()


def _by_link() -> bool:
    """Whether somebody follows a link to what was shared: they are led nowhere else."""
    return "share" in st.query_params


def pages() -> list[StreamlitPage]:
    """Return all pages there are."""
    return [
        st.Page(ASK, title="Ask", icon=":material/edit_note:", default=True, help="Ask a question of your documents"),
        st.Page(RUN, title="Run", icon=":material/timeline:", visibility="hidden", help="Watch or read one run"),
        st.Page(GRID, title="Grid", icon=":material/grid_on:", help="Ask many documents the same questions"),
        st.Page(HISTORY, title="History", icon=":material/history:", help="Every question asked so far"),
        st.Page(
            COMPARE,
            title="Compare",
            icon=":material/compare_arrows:",
            visibility="hidden",
            help="Two runs side by side",
        ),
        st.Page(SQL, title="SQL", icon=":material/database:", visibility="hidden", help="Ask your runs in SQL"),
        st.Page(DOCUMENTS, title="Documents", icon=":material/folder_open:", help="Read, check and remove documents"),
        st.Page(SETTINGS, title="Settings", icon=":material/tune:", help="Keys, limits, environments and your data"),
        st.Page(SHARED, title="Shared", icon=":material/link:", visibility="hidden", help="A run shared by link"),
    ]
