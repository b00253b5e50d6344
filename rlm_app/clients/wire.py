"""Plain HTTP over kept connections, a thread a call: the least that a call to a provider can cost.

A hundred calls a second are made from threads that wait anyway; a blocking socket costs a third of what an event loop does
(docs/decisions/0009-connections.md).
"""

from __future__ import annotations

import itertools
import ssl
import threading
from collections import deque
from collections.abc import Iterator

from rlm_app.cancel import CancelToken
from rlm_app.clients.guard import Guard
from rlm_app.clients.trouble import Trouble
from rlm_app.clients.wire_answer import Answer
from rlm_app.clients.wire_line import Hold, Line, connect, trouble_of
from rlm_app.clients.wire_route import Route, route_to

_DRAIN_SECONDS = 1.0
_DRAIN_PIECES = 16


class Wire:
    """Connections to one server, as many as there are calls at once; `timeout` is the seconds it may stay silent.

    A `guard` says where they may lead.
    Safe to use from many threads. Raises `Trouble` for what goes wrong on the way.
    """

    def __init__(self, url: str, timeout: float, guard: Guard | None = None) -> None:
        self.url = url
        self._guard = guard
        self._timeout = timeout
        self._lock = threading.Lock()
        self._way: tuple[Route, ssl.SSLContext | None] | None = None
        self._idle: deque[Line] = deque()
        self._closed = False

    def exchange(self, start: str, headers: bytes, body: bytes, cancel: CancelToken) -> Exchange:
        """Send a request within a `with` block, whose value is the answer.

        `start` is method and path ("POST /v1/x"); `headers` are lines that end in CRLF, with no host and no length.
        """
        return Exchange(self, start, headers, body, cancel)

    def close(self) -> None:
        """Close the idle connections; those in use are closed when their calls end."""
        with self._lock:
            self._closed = True
            lines, self._idle = self._idle, deque()
        for line in lines:
            line.close()

    def way(self) -> tuple[Route, ssl.SSLContext | None]:
        """Return the way to the server, found out on first use."""
        with self._lock:
            if self._way is None:
                route = route_to(self.url)
                self._way = route, _tls() if route.tls_name else None
            return self._way

    def take(self, hold: Hold) -> Line:
        """Return an idle connection that can still be used, or a new one."""
        while line := self._pop():
            if line.is_fresh:
                hold.on(line.sock)
                return line
            line.close()
        route, tls = self.way()
        return connect(route, tls, self._timeout, hold, self._guard)

    def give_back(self, line: Line) -> None:
        """Keep a connection for the next call."""
        line.rest()
        with self._lock:
            if not self._closed:
                self._idle.append(line)
                return
        line.close()

    def _pop(self) -> Line | None:
        with self._lock:
            return self._idle.pop() if self._idle else None


class Exchange:
    """One request and its answer; the connection is kept for the next one if the answer was read to its end."""

    def __init__(self, wire: Wire, start: str, headers: bytes, body: bytes, cancel: CancelToken) -> None:
        self._wire = wire
        self._start = start
        self._headers = headers
        self._body = body
        self._hold = Hold()
        self._forget = cancel.on_cancel(self._hold.cut)
        self._line: Line | None = None
        self._answer: Answer | None = None

    def __enter__(self) -> Answer:
        try:
            route, _ = self._wire.way()
            self._line = self._wire.take(self._hold)
            self._answer = self._line.send(self._request(route))
        except BaseException:
            self.close()
            raise
        return self._answer

    def __exit__(self, *exc: object) -> None:
        self.close()

    def pieces(self) -> Iterator[bytes]:
        """Yield the body of the answer as it arrives."""
        assert self._answer is not None, "read within the `with` block"  # noqa: S101 - a fault of ours
        try:
            yield from self._answer.body()
        except OSError as error:
            raise trouble_of(error) from None

    def close(self) -> None:
        """Keep the connection if it can be used again, else close it; a second call changes nothing."""
        self._forget()
        self._hold.release()
        line, self._line = self._line, None
        if line is None:
            return
        if self._answer is not None and self._answer.over:
            self._wire.give_back(line)
        else:
            line.close()

    def drain(self, rest: Iterator[bytes]) -> None:
        """Read what little follows the last word of a stream, for a second at most, so that the connection can be kept."""
        if self._line is None:
            return
        self._line.be_patient(_DRAIN_SECONDS)
        try:
            for _ in itertools.islice(rest, _DRAIN_PIECES):
                pass
        except Trouble:
            return

    def _request(self, route: Route) -> bytes:
        method, _, path = self._start.partition(" ")
        proxy = "".join(f"{line}\r\n" for line in route.headers) if route.prefix else ""
        head = (
            f"{method} {route.prefix}{path} HTTP/1.1\r\nhost: {route.authority}\r\n{proxy}"
            f"content-length: {len(self._body)}\r\n"
        )
        return head.encode("latin-1") + self._headers + b"\r\n" + self._body


def _tls() -> ssl.SSLContext:
    import httpx2

    context: ssl.SSLContext = httpx2.create_ssl_context()
    return context
