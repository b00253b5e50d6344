"""Reading an HTTP/1.1 answer from a connection: the head, and the body as its framing says (RFC 9112, sections 6 and 7)."""

from __future__ import annotations

from collections.abc import Iterator

from rlm_app.clients.trouble import Kind, Trouble
from rlm_app.clients.wire_incoming import Incoming

_MOST_HEADERS = 256
_LINE_END = 2

Headers = dict[str, str]


class Answer:
    """What a server answers: `status`, `headers` (names in lower case) and the `body` in pieces as they arrive.

    `over` is True once the body has been read to its end and the connection may carry another request.
    """

    def __init__(self, incoming: Incoming) -> None:
        self._incoming = incoming
        self.status, self.headers = read_head(incoming)
        self._keeps = "close" not in self.headers.get("connection", "").lower()
        self.over = False

    def body(self) -> Iterator[bytes]:
        """Yield the body as it arrives; raise `Trouble` when the connection ends before it does."""
        if "chunked" in self.headers.get("transfer-encoding", "").lower():
            yield from self._chunked()
        elif "content-length" in self.headers:
            yield from self._exactly(_number(self.headers["content-length"], 10))
        elif self.status not in {204, 304}:
            self._keeps = False
            while piece := self._incoming.some():
                yield piece
        # What comes unasked behind the answer must not be taken for the next one.
        self.over = self._keeps and self._incoming.is_empty

    def _chunked(self) -> Iterator[bytes]:
        """Yield what has come of the chunks in one piece, whenever more has to be waited for."""
        incoming, here = self._incoming, list[bytes]()
        left = self._size()
        while left:
            if here and incoming.is_empty:
                yield b"".join(here)
                here.clear()
            here.append(self._piece(left))
            left -= len(here[-1])
            if not left:
                if not incoming.has_line(after=_LINE_END):
                    yield b"".join(here)
                    here.clear()
                incoming.line()
                left = self._size()
        if here:
            yield b"".join(here)
        while incoming.line().strip():
            pass  # trailers

    def _exactly(self, count: int) -> Iterator[bytes]:
        while count:
            piece = self._piece(count)
            count -= len(piece)
            yield piece

    def _piece(self, most: int) -> bytes:
        piece = self._incoming.some(most)
        if not piece:
            raise Trouble(Kind.BROKEN)
        return piece

    def _size(self) -> int:
        return _number(self._incoming.line().partition(b";")[0].decode("latin-1"), 16)


def read_head(incoming: Incoming) -> tuple[int, Headers]:
    """Read a status line and headers, passing over interim answers; raise `Trouble` when it is no HTTP or there is none."""
    status = 100
    while 100 <= status < 200:
        words = incoming.line().split(None, 2)
        if len(words) < 2 or not words[0].startswith(b"HTTP/1."):
            raise Trouble(Kind.NONSENSE)
        status = _number(words[1].decode("latin-1"), 10)
        headers = _headers(incoming)
        if words[0] == b"HTTP/1.0":
            headers.setdefault("connection", "close")
    return status, headers


def _headers(incoming: Incoming) -> Headers:
    headers: Headers = {}
    for _ in range(_MOST_HEADERS):
        line = incoming.line().strip()
        if not line:
            return headers
        name, _, value = line.partition(b":")
        headers[name.decode("latin-1").strip().lower()] = value.decode("latin-1").strip()
    raise Trouble(Kind.NONSENSE)


def _number(text: str, base: int) -> int:
    try:
        number = int(text, base)
    except ValueError:
        raise Trouble(Kind.NONSENSE) from None
    if number < 0:
        raise Trouble(Kind.NONSENSE)
    return number
