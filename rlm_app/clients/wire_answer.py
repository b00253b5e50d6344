"""Reading an HTTP/1.1 answer from a connection: the head, and the body as its framing says (RFC 9112, sections 6 and 7)."""

from __future__ import annotations

from collections.abc import Iterator
from io import BufferedReader

from rlm_app.clients.trouble import Kind, Trouble

_LONGEST_LINE = 65_536
_MOST_HEADERS = 256
_PIECE = 65_536

Headers = dict[str, str]


class Answer:
    """What a server answers: `status`, `headers` (names in lower case) and the `body` in pieces as they arrive.

    `over` is True once the body has been read to its end and the connection may carry another request.
    """

    def __init__(self, file: BufferedReader) -> None:
        self._file = file
        self.status, self.headers = read_head(file)
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
            while piece := self._file.read1(_PIECE):
                yield piece
        self.over = self._keeps

    def _chunked(self) -> Iterator[bytes]:
        while size := _number(_line(self._file).partition(b";")[0].decode("latin-1"), 16):
            yield from self._exactly(size)
            _line(self._file)
        while _line(self._file).strip():
            pass  # trailers

    def _exactly(self, count: int) -> Iterator[bytes]:
        while count:
            piece = self._file.read1(min(count, _PIECE))
            if not piece:
                raise Trouble(Kind.BROKEN)
            count -= len(piece)
            yield piece


def read_head(file: BufferedReader) -> tuple[int, Headers]:
    """Read a status line and headers, passing over interim answers; raise `Trouble` when it is no HTTP or there is none."""
    status = 100
    while 100 <= status < 200:
        words = _line(file).split(None, 2)
        if len(words) < 2 or not words[0].startswith(b"HTTP/1."):
            raise Trouble(Kind.NONSENSE)
        status = _number(words[1].decode("latin-1"), 10)
        headers = _headers(file)
        if words[0] == b"HTTP/1.0":
            headers.setdefault("connection", "close")
    return status, headers


def _headers(file: BufferedReader) -> Headers:
    headers: Headers = {}
    for _ in range(_MOST_HEADERS):
        line = _line(file).strip()
        if not line:
            return headers
        name, _, value = line.partition(b":")
        headers[name.decode("latin-1").strip().lower()] = value.decode("latin-1").strip()
    raise Trouble(Kind.NONSENSE)


def _line(file: BufferedReader) -> bytes:
    line = file.readline(_LONGEST_LINE)
    if not line.endswith(b"\n"):
        raise Trouble(Kind.NONSENSE if len(line) == _LONGEST_LINE else Kind.BROKEN)
    return line


def _number(text: str, base: int) -> int:
    try:
        number = int(text, base)
    except ValueError:
        raise Trouble(Kind.NONSENSE) from None
    if number < 0:
        raise Trouble(Kind.NONSENSE)
    return number
