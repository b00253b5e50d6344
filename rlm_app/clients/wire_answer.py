"""Reading an HTTP/1.1 answer from a connection: the head, and the body as its framing says (RFC 9112, sections 6 and 7)."""

from __future__ import annotations

from collections.abc import Iterator

from rlm_app.clients.trouble import Kind, Trouble
from rlm_app.clients.wire_incoming import Incoming, number

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
            yield from self._exactly(number(self.headers["content-length"].encode("latin-1"), 10))
        elif self.status not in {204, 304}:
            self._keeps = False
            while piece := self._incoming.some():
                yield piece
        # What comes unasked behind the answer must not be taken for the next one.
        self.over = self._keeps and self._incoming.is_empty

    def _chunked(self) -> Iterator[bytes]:
        incoming = self._incoming
        while True:
            if here := incoming.chunks():
                yield here
            size = number(incoming.line().partition(b";")[0], 16)
            if not size:
                break
            yield from self._exactly(size)
            incoming.line()
        incoming.block()  # trailers

    def _exactly(self, count: int) -> Iterator[bytes]:
        while count:
            piece = self._incoming.some(count)
            if not piece:
                raise Trouble(Kind.BROKEN)
            count -= len(piece)
            yield piece


def read_head(incoming: Incoming) -> tuple[int, Headers]:
    """Read a status line and headers, passing over interim answers; raise `Trouble` when it is no HTTP or there is none."""
    status = 100
    while 100 <= status < 200:
        words = incoming.line().split(None, 2)
        if len(words) < 2 or not words[0].startswith(b"HTTP/1."):
            raise Trouble(Kind.NONSENSE)
        status = number(words[1], 10)
        headers = dict(map(_header, incoming.block()))
        if words[0] == b"HTTP/1.0":
            headers.setdefault("connection", "close")
    return status, headers


def _header(line: bytes) -> tuple[str, str]:
    name, _, value = line.decode("latin-1").partition(":")
    return name.strip().lower(), value.strip()
