"""Parts of a live page that are drawn alone when a person opens something in them: fragments within the one that looks again.

Of a fragment that is drawn again before the browser was sent what it drew before, Streamlit drops the earlier drawing, but
keeps what fragments within it drew: the places of that are gone then, and the page breaks. Here it goes with the rest.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Container
from typing import Any, ParamSpec, Protocol

import streamlit as st

from rlm_app.ui import host

_P = ParamSpec("_P")


class _Fragments(Protocol):
    """What Streamlit knows of the fragments of a page."""

    def has_ancestor_in(self, fragment_id: str, candidate_ids: Container[str]) -> bool:
        """Whether a fragment stands within one of these, at any depth."""
        ...


class _Family(list[str]):
    """Fragments, among which those count that stand within them."""

    def __init__(self, ids: list[str], fragments: _Fragments) -> None:
        super().__init__(ids)
        self._ids = frozenset(ids)
        self._fragments = fragments

    def __contains__(self, fragment: object) -> bool:
        return fragment in self._ids or self._fragments.has_ancestor_in(str(fragment), self._ids)


def alone(draw: Callable[_P, None]) -> Callable[_P, None]:
    """Return a function that draws a part of a page which is drawn again alone when something in it is used.

    Where Streamlit cannot do that safely within a part that is drawn again by itself, it is drawn with all of that.
    """
    return st.fragment(draw) if host.once("within", mend) else draw


def mend(module: Any = None) -> bool:
    """Have Streamlit drop with an earlier drawing what was drawn within it; return whether it does.

    `module` is the one that has its sessions; another version of Streamlit that drops otherwise is left as it is.
    """
    there = module or importlib.import_module("streamlit.runtime.app_session")
    session: Any = vars(there).get("AppSession")
    drop = vars(session).get("_clear_queue") if session else None
    if drop is None or list(inspect.signature(drop).parameters) != ["self", "fragment_ids_this_run"]:
        return False

    def dropping(self: Any, fragment_ids_this_run: list[str] | None = None) -> None:
        ids = fragment_ids_this_run
        drop(self, _Family(ids, self._fragment_storage) if ids else ids)

    session._clear_queue = dropping
    return True
