"""Connections that can be cut: an HTTP transport whose blocked read ends at once when a run is stopped.

Closing a response from another thread does not wake a thread that reads from it; shutting the socket down does. So each
connection notes which call reads from it, and a stop shuts down the sockets of its own calls and no other's. It imports
the HTTP layer of the provider SDKs and is itself imported on a client's first use.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from urllib.request import getproxies, proxy_bypass

import httpcore2
import httpx2

from rlm_app.cancel import CancelToken

_DRAIN_SECONDS = 1.0
_ERRORS = (
    httpcore2.TimeoutException,
    httpcore2.NetworkError,
    httpcore2.ProtocolError,
    httpcore2.ProxyError,
    httpcore2.UnsupportedProtocol,
)


class _Call(threading.local):
    """What the call that this thread makes is reading from; another thread may cut it."""

    line: _Line | None = None


class _Line:
    """One call's hold on the connection it uses."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stream: httpcore2.NetworkStream | None = None
        self._cut = False
        self.patience: float | None = None

    def hold(self, stream: httpcore2.NetworkStream) -> None:
        with self._lock:
            if self._cut:
                raise httpcore2.ReadError("The call was stopped.")
            self._stream = stream

    def release(self) -> None:
        with self._lock:
            self._stream = None

    def cut(self) -> None:
        with self._lock:
            self._cut = True
            if self._stream is not None:
                _shut_down(self._stream.get_extra_info("socket"))


def _shut_down(sock: socket.socket) -> None:
    try:
        # The plain socket's method: a TLS socket's own would drop its state under the thread that reads.
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
    except OSError:
        return


class _Stream(httpcore2.NetworkStream):
    def __init__(self, inner: httpcore2.NetworkStream, call: _Call) -> None:
        self._inner = inner
        self._call = call

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self._hold()
        line = self._call.line
        return self._inner.read(max_bytes, timeout if line is None or line.patience is None else line.patience)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._hold()
        self._inner.write(buffer, timeout)

    def close(self) -> None:
        if self._call.line is not None:
            self._call.line.release()
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        self._hold()
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, timeout), self._call)

    def get_extra_info(self, info: str) -> object:
        return self._inner.get_extra_info(info)

    def _hold(self) -> None:
        if self._call.line is not None:
            self._call.line.hold(self._inner)


class _Network(httpcore2.NetworkBackend):
    def __init__(self, call: _Call) -> None:
        self._inner = httpcore2.SyncBackend()
        self._call = call

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        return _Stream(self._inner.connect_tcp(host, port, timeout, local_address, socket_options or ()), self._call)


class CuttableTransport(httpx2.BaseTransport):
    """Sends requests over a pool of at most `connections`, through the system's proxy for `url` if there is one."""

    def __init__(self, url: str, connections: int) -> None:
        self._call = _Call()
        self._pool = httpcore2.ConnectionPool(
            ssl_context=httpx2.create_ssl_context() if url.startswith("https") else None,
            proxy=_proxy_for(httpx2.URL(url)),
            max_connections=connections,
            max_keepalive_connections=connections,
            keepalive_expiry=30.0,
            network_backend=_Network(self._call),
        )

    @contextmanager
    def stoppable(self, cancel: CancelToken) -> Iterator[None]:
        """Cut the requests that this thread makes within the block when `cancel` is set."""
        self._call.line = line = _Line()
        forget = cancel.on_cancel(line.cut)
        try:
            yield
        finally:
            forget()
            line.release()
            self._call.line = None

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send the request; errors of the pool are raised as the `httpx2` errors of the same name."""
        sent = httpcore2.Request(
            request.method,
            str(request.url),
            headers=request.headers.raw,
            content=request.read(),
            extensions=request.extensions,
        )
        with _as_httpx2():
            reply = self._pool.handle_request(sent)
        return httpx2.Response(
            reply.status, headers=reply.headers, stream=_Body(reply, self._call), extensions=reply.extensions
        )

    def close(self) -> None:
        """Close every connection."""
        self._pool.close()


class _Body(httpx2.SyncByteStream):
    def __init__(self, reply: httpcore2.Response, call: _Call) -> None:
        self._reply = reply
        self._call = call
        self._parts = reply.iter_stream()
        self._tail = b""

    def __iter__(self) -> Iterator[bytes]:
        with _as_httpx2():
            for part in self._parts:
                self._tail = (self._tail + part)[-32:]
                yield part

    def close(self) -> None:
        # The SDK hangs up at the last event; reading on to the end of the body lets the connection be used again.
        if b"[DONE]" in self._tail and self._call.line is not None:
            self._call.line.patience = _DRAIN_SECONDS
            with suppress(*_ERRORS):
                for _ in self._parts:
                    pass
        self._reply.close()


@contextmanager
def _as_httpx2() -> Iterator[None]:
    try:
        yield
    except _ERRORS as error:
        raise getattr(httpx2, type(error).__name__)(str(error)) from error


def _proxy_for(url: httpx2.URL) -> httpcore2.Proxy | None:
    found = None if proxy_bypass(url.host) else getproxies().get(url.scheme) or getproxies().get("all")
    return httpcore2.Proxy(found) if found else None
