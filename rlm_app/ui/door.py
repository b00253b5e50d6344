"""What stands before every request of our own server: who may reach the app at all, and the cookie of a visitor."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rlm_app import owners
from rlm_app.settings import Settings
from rlm_app.ui import identity, visitor

_QUIET = {"referrer-policy": "no-referrer", "x-robots-tag": "noindex, nofollow, noarchive", "cache-control": "no-store"}
"""What a page is sent with whose address is a secret: the browser tells it to nobody, and search engines leave it alone."""
_NUMBERS = "/_stcore/metrics"
"""Where Streamlit tells anybody how many visitors there are; a host has numbers of their own, for whoever has the token."""
_DAYS = 400  # no browser keeps a cookie longer


class Door:
    """ASGI middleware: an app of one person answers this machine alone; in a shared one without sign-in each browser gets
    the signed cookie of its workspace with its first page."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or turn it away with a sentence."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
        elif not self._settings.shared and not _is_here(scope):
            await _turn_away(scope, receive, send)
        elif self._settings.shared and scope["path"].rstrip("/").endswith(_NUMBERS):
            await PlainTextResponse("Not Found", status_code=404)(scope, receive, send)
        elif scope["type"] == "http" and scope["path"].rstrip("/").endswith("/shared"):
            await self._app(scope, receive, _hushing(send))
        elif self._settings.shared and not self._settings.login and scope["type"] == "http":
            await self._app(scope, receive, _giving(_cookie(scope, visitor.secret(self._settings)), send))
        else:
            await self._app(scope, receive, send)


def _is_here(scope: Scope) -> bool:
    connection = HTTPConnection(scope)
    peer, headers = connection.client, connection.headers
    return owners.is_from_here(peer.host if peer else None, headers.get("host"), headers.get("origin"))


async def _turn_away(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": "not from this machine"})
    else:
        await PlainTextResponse(identity.not_here(), status_code=403)(scope, receive, send)


def _cookie(scope: Scope, secret: bytes) -> str:
    """Return the Set-Cookie line by which this browser is known again: its own once more, or a new one."""
    connection = HTTPConnection(scope)
    https = scope.get("scheme") == "https"
    name = visitor.COOKIE_HTTPS if https else visitor.COOKIE
    # Over TLS the other name is not looked at: a neighbouring host can plant it, and would share the workspace.
    found = {name: connection.cookies[name]} if name in connection.cookies else {}
    token = visitor.in_cookies(found, secret) or owners.new_token()
    response = Response()
    response.set_cookie(
        name,
        owners.signed(token, secret),
        max_age=_DAYS * 86_400,
        secure=https,
        httponly=True,
        samesite="lax",
    )
    return response.headers["set-cookie"]


def _giving(cookie: str, send: Send) -> Send:
    """Return a `send` that adds the cookie to pages, and to nothing else."""

    async def give(message: Message) -> None:
        if message["type"] == "http.response.start" and _is_page(message):
            headers = MutableHeaders(scope=message)
            headers.append("set-cookie", cookie)
            headers["cache-control"] = (
                "no-store"  # a page kept on the way would give its cookie to the next browser too
            )
        await send(message)

    return give


def _hushing(send: Send) -> Send:
    """Return a `send` that adds what keeps a page's address a secret."""

    async def hush(message: Message) -> None:
        if message["type"] == "http.response.start" and _is_page(message):
            MutableHeaders(scope=message).update(_QUIET)
        await send(message)

    return hush


def _is_page(message: MutableMapping[str, Any]) -> bool:
    return MutableHeaders(scope=message).get("content-type", "").startswith("text/html")
