"""Whose a tab is, by the cookies of the browser that opened it: its socket, its uploads and its files are for no other.

Streamlit knows a tab by an id and a file by a hash of its bytes, and lets anybody use either who has heard of it.
"""

from __future__ import annotations

import hashlib
import hmac
import importlib
import inspect
import json
import re
import secrets
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from rlm_app.ui import host
from rlm_app.ui.visitor import COOKIE, COOKIE_HTTPS

HEADER, FIELD = "x-rlm-browser", "rlm_browser"
"""The header in which our own server tells Streamlit whose a socket is, and the name Streamlit then keeps it under."""
_SIGNED_IN = "_streamlit_user"
_UPLOAD = re.compile(r"/_stcore/upload_file/([^/]+)/[^/]+\Z")
_FILE = re.compile(r"(?<!/static)/media/([^/]*)\Z")  # not the fonts of Streamlit itself
_TAG = 32
_BROWSER: ContextVar[str] = ContextVar("rlm_browser", default="")


class Whose:
    """ASGI middleware: turns away who would go on with another browser's tab, bring files to it, or fetch its files.

    `opened_by` says by which mark a tab was opened, None where there is no such tab. With `marked` the addresses of files hold
    for one browser each, as `be_private` makes them. A socket that another site's page opens is refused.
    """

    def __init__(
        self, app: ASGIApp, *, marked: bool = False, opened_by: Callable[[str], str | None] | None = None
    ) -> None:
        self._app = app
        self._marked = marked
        self._opened_by = opened_by or _opened_by

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or turn it away."""
        if scope["type"] == "http" and (refusal := self._refusal(scope)):
            await refusal(scope, receive, send)
        elif scope["type"] != "websocket":
            await self._app(scope, receive, send)
        elif is_foreign(Headers(scope=scope)):
            await send({"type": "websocket.close", "code": 1008, "reason": "from a page of another site"})
        else:
            browser = mark_of(HTTPConnection(scope).cookies)
            scope = {**scope, "headers": [*scope["headers"]]}
            MutableHeaders(scope=scope)[HEADER] = browser
            token = _BROWSER.set(browser)
            try:
                await self._app(scope, receive, send)
            finally:
                _BROWSER.reset(token)

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        browser = mark_of(HTTPConnection(scope).cookies)
        if found := _UPLOAD.search(scope["path"]):
            opened = self._opened_by(found[1])
            if scope["method"] != "OPTIONS" and (opened is None or not _same(opened, browser)):
                return PlainTextResponse("This browser has no such tab open.", 403)
        elif self._marked and (found := _FILE.search(scope["path"])):
            name = found[1].partition(".")[0]
            if not _same(name[-_TAG:], _tag(name[:-_TAG], browser)):
                return PlainTextResponse("File not found", 404)
        return None


def mark_of(cookies: Mapping[str, str]) -> str:
    """Return what is the same for all that one browser asks, as long as the same person is signed in, and says nothing else."""
    names = (COOKIE, COOKIE_HTTPS)
    known = sorted(pair for pair in cookies.items() if pair[0] in names or pair[0].startswith(_SIGNED_IN))
    return hashlib.sha256(json.dumps(known).encode()).hexdigest()


def is_foreign(headers: Headers) -> bool:
    """Whether a page of another site asks. Streamlit would look up this machine's address in the internet to find out."""
    from streamlit import config
    from streamlit.web.server.server_util import is_allowed_origin

    origin = headers.get("origin")
    if origin is None or not config.get_option("server.enableCORS"):
        return False
    try:
        said = urlsplit(origin)
        name = said.hostname or ""
    except ValueError:
        return True
    named = config.get_option("browser.serverAddress") if config.is_manually_set("browser.serverAddress") else ""
    here = said.netloc.lower() == headers.get("host", "").lower() or name in {"localhost", "127.0.0.1", named or None}
    return not here and not is_allowed_origin(origin)


def be_private(module: Any = None) -> bool:
    """Let Streamlit give each file an address that holds for the browser alone which it was made for; return whether it does.

    `module` is the one that makes addresses; another version of Streamlit that does it otherwise is left as it is.
    """
    there = vars(module or importlib.import_module("streamlit.runtime.memory_media_file_storage"))
    name_of = there.get("_calculate_file_id")
    if name_of is None or list(inspect.signature(name_of).parameters) != ["data", "mimetype", "filename"]:
        return False

    def marked(data: bytes, mimetype: str, filename: str | None = None) -> str:
        name = name_of(data, mimetype, filename)
        return f"{name}{_tag(name, _browser())}"

    there["_calculate_file_id"] = marked
    return True


def _tag(name: str, browser: str) -> str:
    secret = host.once("file-addresses", lambda: secrets.token_bytes(32))
    return hmac.new(secret, f"{name} {browser}".encode(), hashlib.sha256).hexdigest()[:_TAG]


def _same(said: str, known: str) -> bool:
    return hmac.compare_digest(said.encode(), known.encode())


def _browser() -> str:
    """Return for which browser a file is made: that of the socket by which it was asked for, or of the tab that is drawn."""
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    if browser := _BROWSER.get():
        return browser
    context = get_script_run_ctx(suppress_warning=True)
    return (_opened_by(context.session_id) or "") if context else ""


def _opened_by(tab: str) -> str | None:
    from streamlit import runtime

    client = runtime.get_instance().get_client(tab)
    said = client.client_context if client else None
    return dict(said.headers).get(HEADER) if said else None
