"""What our own server writes into the page that every visit begins with, so that a tab waits for nothing it could know.

Streamlit's program looks for its server by trying two addresses, with a tenth of a second between them, where a visit begins
with a page that is not the first. And it fetches the part that draws a kind of thing only when the first of that kind is
drawn; what is drawn before the part is there is drawn twice, the second time piece by piece.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PARTS = {
    "run": ("Html", "Button", "ButtonGroup", "TextInput", "Pagination", "BidiComponent"),
    "history": ("Html", "TextInput", "ButtonGroup", "PageLink", "Pagination"),
}
"""What a page is drawn with that may show many rows; a part that this version of Streamlit does not have is left out."""

_END = b"</head>"
_WHERE = '<script>window.__streamlit = { BACKEND_BASE_URL: new URL(".", location.href).href }</script>'
"""Where the server is: there, where the page says that its program is."""
_ASKED_OTHERWISE = frozenset({b"accept-encoding", b"if-none-match", b"if-modified-since", b"range"})
"""What would have the page sent packed, in part or not at all."""
_OF_ANOTHER = ("etag", "last-modified", "accept-ranges")
"""What would have a browser take the page as it is on the disk for this one."""


def lines(static: Path) -> dict[str, str]:
    """Return what is written into each page, by its address, "" for all others; `static` has Streamlit's program."""
    return {"": _WHERE, **{page: _WHERE + _imports(static / "static" / "js", parts) for page, parts in PARTS.items()}}


def _imports(folder: Path, parts: Sequence[str]) -> str:
    found = [file.name for part in parts for file in sorted(folder.glob(f"{part}.*.js"))[:1]]
    each = "".join(f'import("./static/js/{name}").catch(() => {{}});' for name in found)
    return f'<script type="module">{each}</script>'


class Ahead:
    """ASGI middleware: adds to each page, and to nothing else, what its browser would find out later."""

    def __init__(self, app: ASGIApp, added: Mapping[str, str]) -> None:
        self._app = app
        self._added = added

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, for a page with what is added to it."""
        if (
            scope["type"] == "http"
            and scope["method"] == "GET"
            and "text/html" in Headers(scope=scope).get("accept", "")
        ):
            kept = [pair for pair in scope["headers"] if pair[0].lower() not in _ASKED_OTHERWISE]
            added = self._added.get(scope["path"].rpartition("/")[2], self._added[""])
            await self._app({**scope, "headers": kept}, receive, _Adding(send, added.encode()))
        else:
            await self._app(scope, receive, send)


class _Adding:
    """A `send` that holds a page back until it is whole, and sends it with what is added."""

    def __init__(self, send: Send, added: bytes) -> None:
        self._send = send
        self._added = added
        self._start: Message | None = None
        self._body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_page(message):
            self._start = message
        elif self._start is None:
            await self._send(message)
        else:
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._whole(self._start)

    async def _whole(self, start: Message) -> None:
        body = self._body.replace(_END, self._added + _END, 1)
        headers = MutableHeaders(scope=start)
        for name in _OF_ANOTHER:
            del headers[name]
        headers["content-length"] = str(len(body))
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body})


def _is_page(start: Message) -> bool:
    return bool(start["status"] == 200) and Headers(raw=start["headers"]).get("content-type", "").startswith(
        "text/html"
    )
