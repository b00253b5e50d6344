"""Our connections beneath a provider's SDK: a transport for the HTTP layer that SDKs are built on.

The SDKs' own pools cost a millisecond and more of CPU a call and cannot be cut from another thread.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from types import ModuleType
from typing import Any

from rlm_app.cancel import CancelToken
from rlm_app.clients.wire import Exchange, Wire


class Calls(threading.local):
    """Which stop the request that this thread makes now obeys: SDKs hand nothing through to their transport."""

    cancel = CancelToken()
    exchange: Exchange | None = None

    @contextmanager
    def obeying(self, cancel: CancelToken) -> Iterator[None]:
        """Let the requests that this thread makes within the block end when `cancel` is set."""
        before, self.cancel = self.cancel, cancel
        try:
            yield
        finally:
            self.cancel = before
            self.exchange = None

    def drain(self, rest: Iterator[bytes]) -> None:
        """Read what little follows the last word of the answer that this thread reads, so that its connection is kept."""
        if self.exchange is not None:
            self.exchange.drain(rest)


def http_client(http: ModuleType, wire: Wire, calls: Calls) -> Any:
    """Return a client of `http`, which is httpx or httpx2, whose requests go over `wire`; errors are our `Trouble`."""
    transport = _transport(http, wire, calls)
    return _client(http, transport)(transport=transport, trust_env=False)


def _transport(http: ModuleType, wire: Wire, calls: Calls) -> Any:
    body = _body(http)

    class Transport(http.BaseTransport):  # type: ignore[misc, name-defined]
        """Sends the requests of an HTTP client over the wire."""

        def handle_request(self, request: Any) -> Any:
            lines = [b"%s: %s\r\n" % line for line in request.headers.raw if line[0].lower() not in _OURS]
            path = request.url.raw_path.decode("ascii")
            exchange = wire.exchange(f"{request.method} {path}", b"".join(lines), request.read(), calls.cancel)
            calls.exchange = exchange
            answer = exchange.__enter__()  # closed with the body, whenever the SDK does that
            headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers.items()]
            return http.Response(answer.status, headers=headers, stream=body(exchange))

        def close(self) -> None:
            wire.close()

    return Transport()


def _body(http: ModuleType) -> Callable[[Exchange], Any]:
    class Body(http.SyncByteStream):  # type: ignore[misc, name-defined]
        """The body of an answer, whose end gives the connection back."""

        def __init__(self, exchange: Exchange) -> None:
            self._exchange = exchange
            self._pieces = exchange.pieces()

        def __iter__(self) -> Iterator[bytes]:
            return self._pieces

        def close(self) -> None:
            self._exchange.close()

    return Body


def _client(http: ModuleType, transport: Any) -> Callable[..., Any]:
    address = lru_cache(_ADDRESSES)(http.URL)

    class Client(http.Client):  # type: ignore[misc, name-defined]
        """Sends what an SDK has built whole: with no cookies, redirects or settings to merge, in half the time."""

        def build_request(self, method: str, url: Any, **more: Any) -> Any:
            content = more.get("content") or b""
            if any(more.get(name) is not None for name in _MERGED) or not isinstance(content, (bytes, str)):
                return super().build_request(method, url, **more)
            body = http.ByteStream(content.encode() if isinstance(content, str) else content)
            # Given a stream, a request takes its headers as they are; host and length are the wire's.
            return http.Request(method, address(url), headers=more.get("headers"), stream=body)

        def send(self, request: Any, *, stream: bool = False, **_: Any) -> Any:
            response = transport.handle_request(request)
            response.request = request
            if not stream:
                response.read()
            return response

    return Client


def pieces_of(response: Any) -> Iterator[bytes]:
    """Return the pieces of an answer's body, past the layers of `http` where there is nothing to be decoded."""
    if "content-encoding" in response.headers:
        return iter(response.iter_bytes())
    return iter(response.stream)


_ADDRESSES = 64
_MERGED = ("params", "data", "files", "json", "cookies")
_OURS = {b"host", b"content-length", b"connection", b"accept-encoding"}
