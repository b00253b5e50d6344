"""One connection to a server: opened, written to, read from, and cut from another thread when its call is stopped."""

from __future__ import annotations

import select
import socket
import ssl
import threading
import time
from contextlib import suppress

from rlm_app.clients.guard import Guard, refusal
from rlm_app.clients.trouble import Kind, Trouble
from rlm_app.clients.wire_answer import Answer, read_head
from rlm_app.clients.wire_incoming import Incoming
from rlm_app.clients.wire_route import Route

_CONNECT_SECONDS = 5.0
_IDLE_SECONDS = 30.0
"""Servers and what stands between drop a connection that is idle for long, some without a word."""


class Hold:
    """One call's hold on a connection, by which a stop of this call, and of no other, cuts it.

    Closing a socket does not wake a thread that reads from it; shutting it down does.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sock: socket.socket | None = None
        self._cut = False

    def on(self, sock: socket.socket) -> None:
        """Take hold of a socket; raise `Trouble` when the call has been stopped already."""
        with self._lock:
            if self._cut:
                raise Trouble(Kind.BROKEN)
            self._sock = sock

    def release(self) -> None:
        """Let go: a stop that comes later cuts nothing."""
        with self._lock:
            self._sock = None

    def cut(self) -> None:
        """End what blocks on the socket, now or later."""
        with self._lock:
            self._cut = True
            if self._sock is None:
                return
            try:
                # The plain socket's method: a TLS socket's own would drop its state under the thread that reads.
                socket.socket.shutdown(self._sock, socket.SHUT_RDWR)
            except OSError:
                return


class Line:
    """An open connection; `timeout` is how many seconds the server may stay silent."""

    def __init__(self, sock: socket.socket, timeout: float) -> None:
        sock.settimeout(timeout)
        self.sock = sock
        self._incoming = Incoming(sock.recv)
        self._timeout = timeout
        self._ready = select.poll()
        self._ready.register(sock, select.POLLIN)
        self._last = time.monotonic()

    def send(self, data: bytes) -> Answer:
        """Send a request and return the head of its answer; the body is still to be read."""
        try:
            self._send(data)
            return Answer(self._incoming)
        except OSError as error:
            raise trouble_of(error) from None

    def _send(self, data: bytes) -> None:
        # A server that refuses a long body answers first and hangs up; if it said nothing, reading tells.
        with suppress(BrokenPipeError, ConnectionResetError):
            self.sock.sendall(data)

    def be_patient(self, seconds: float | None = None) -> None:
        """Wait for `seconds` at most from now on; None is the usual patience."""
        self.sock.settimeout(self._timeout if seconds is None else seconds)

    def rest(self) -> None:
        """Note that the connection is idle from now on."""
        self.be_patient()
        self._last = time.monotonic()

    @property
    def is_fresh(self) -> bool:
        """Whether an idle connection can be used again: not idle for long, and not closed by the other side."""
        if time.monotonic() - self._last > _IDLE_SECONDS:
            return False
        return not self._ready.poll(0)

    def close(self) -> None:
        """Close the connection."""
        self.sock.close()


def connect(route: Route, tls: ssl.SSLContext | None, timeout: float, hold: Hold, guard: Guard | None = None) -> Line:
    """Open a connection the way `route` says, if `guard` permits where it leads; raise `Trouble`."""
    sock = _connected(route, hold, guard)
    try:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if route.tunnel:
            _ask_tunnel(sock, route)
        if tls is not None:
            sock = tls.wrap_socket(sock, server_hostname=route.tls_name)
            hold.on(sock)
        return Line(sock, timeout)
    except OSError as error:  # what TLS complains of is an OSError too
        sock.close()
        raise Trouble(Kind.UNREACHABLE, _words(error)) from None
    except Trouble:
        sock.close()
        raise


def _connected(route: Route, hold: Hold, guard: Guard | None) -> socket.socket:
    try:
        places = socket.getaddrinfo(route.host, route.port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise Trouble(Kind.UNREACHABLE, _words(error)) from None
    except UnicodeError:
        raise Trouble(Kind.UNREACHABLE, "no host can have that name") from None
    if guard is not None:  # judged by what is connected to: a name may lead elsewhere the next time it is looked up
        places = [place for place in places if guard.permits(str(place[4][0]))]
        if route.is_by_proxy or not places:
            raise Trouble(Kind.FORBIDDEN, refusal(route.authority))
    said = ""
    for family, kind, protocol, _, address in places:
        sock = socket.socket(family, kind, protocol)
        sock.settimeout(_CONNECT_SECONDS)
        try:
            hold.on(sock)
            sock.connect(address)
            return sock
        except OSError as error:
            sock.close()
            said = _words(error)
        except Trouble:
            sock.close()
            raise
    raise Trouble(Kind.UNREACHABLE, said)


def _ask_tunnel(sock: socket.socket, route: Route) -> None:
    head = "\r\n".join((f"CONNECT {route.tunnel} HTTP/1.1", f"host: {route.tunnel}", *route.headers, "", ""))
    sock.sendall(head.encode("latin-1"))
    status, _ = read_head(Incoming(sock.recv))
    if status != 200:
        raise Trouble(Kind.UNREACHABLE, f"the proxy {route.host} answers {status}")


def trouble_of(error: OSError) -> Trouble:
    """Return what the system says about a connection as `Trouble`."""
    return Trouble(Kind.TIMEOUT) if isinstance(error, TimeoutError) else Trouble(Kind.BROKEN, _words(error))


def _words(error: OSError) -> str:
    return error.strerror or str(error)
