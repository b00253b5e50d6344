"""What stands before uploads: how many bytes of them may wait in the server's memory, of one tab and of all."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from rlm_app.quotas import Quotas
from rlm_app.ui import host

Kept = Callable[[], Mapping[str, int]]
_MB = 1_000_000
_UPLOAD = re.compile(r"/_stcore/upload_file/([^/]+)/[^/]+\Z")
_FORM = 10_000
"""Bytes that a form may have around its file."""


class Intake:
    """ASGI middleware: turns an upload away that would be too much beside those that wait for their pages to read them.

    Streamlit takes any number of files into memory for whoever has opened a page, also before they sign in. `most` are
    bytes of one tab (None is no limit), `most_of_all` those of all tabs together; `kept` says what tabs have in memory and
    `there` whether somebody has such a tab open; who has not is turned away by Streamlit.
    """

    def __init__(
        self,
        app: ASGIApp,
        most: int | None,
        most_of_all: int,
        kept: Kept | None = None,
        there: Callable[[str], bool] | None = None,
    ) -> None:
        self._app = app
        self._most = most
        self._most_of_all = most_of_all
        self._kept = kept or _in_memory
        self._there = there or _is_open
        self._coming: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or turn it away with a sentence."""
        found = _UPLOAD.search(scope["path"]) if scope["type"] == "http" and scope["method"] == "PUT" else None
        if found is None or not self._there(found[1]):
            await self._app(scope, receive, send)
            return
        tab, size = found[1], _size(Request(scope))
        if refusal := self._refusal(tab, size):
            await refusal(scope, receive, send)
            return
        self._coming[tab] += size
        try:
            await self._app(scope, receive, send)
        finally:
            self._coming[tab] -= size
            self._coming += Counter()  # tabs that have nothing coming any more are forgotten

    def _refusal(self, tab: str, size: int) -> Response | None:
        """Return what to answer where an upload of so many bytes is not taken, -1 for one that does not say how many."""
        if size < 0:
            return PlainTextResponse("An upload says how long it is (Content-Length).", 411)
        kept = self._kept()
        mine = kept.get(tab, 0) + self._coming[tab] + size
        everybody = sum(kept.values()) + self._coming.total() + size
        if (self._most is None or mine <= self._most + _FORM) and everybody <= self._most_of_all:
            return None
        _turned_away()[tab] += 1
        return PlainTextResponse("Too much is waiting to be read. Add fewer files at a time, or try again later.", 413)


def turned_away(tab: str) -> int:
    """Return how many files of a tab were turned away since this was asked last."""
    return _turned_away().pop(tab, 0)


def most_of_a_tab(quotas: Quotas) -> int | None:
    """Return how many bytes one tab may upload at a time: as many as a whole workspace, or one file, may have."""
    if quotas.storage_mb is None or quotas.upload_mb is None:
        return None
    return max(quotas.storage_mb, quotas.upload_mb) * _MB


def most_of_all(most: int | None) -> int:
    """Return how many bytes of uploads may be in memory for everybody: a quarter of the machine's, and one tab's at least."""
    try:
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):  # Windows does not say it so
        memory = 8_000 * _MB
    return max(memory // 4, most or 0) + _FORM


def _turned_away() -> Counter[str]:
    return host.once("uploads-turned-away", Counter)


def _size(request: Request) -> int:
    said = request.headers.get("content-length", "")
    return int(said) if said.isdecimal() else -1


def _is_open(tab: str) -> bool:
    from streamlit import runtime

    return runtime.get_instance().is_active_session(tab)


def _in_memory() -> Mapping[str, int]:
    """Return how many bytes Streamlit holds of each tab's uploads; it has no public call for it, nor for what to free."""
    from streamlit import runtime

    manager: Any = runtime.get_instance().uploaded_file_mgr
    held: Mapping[str, Mapping[str, Any]] = vars(manager).get("file_storage", {})
    return {tab: sum(len(file.data) for file in list(files.values())) for tab, files in list(held.items())}
