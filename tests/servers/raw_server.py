"""A server on loopback that says bytes as they are given: what is odd about HTTP, proxies and TLS is told by tests."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Sequence

Talk = Callable[[socket.socket, bytes], None]
"""What is done with a request that was read: the connection, and the request's bytes."""


def read_request(line: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        part = line.recv(65_536)
        if not part:
            return b""
        data += part
    head, _, rest = data.partition(b"\r\n\r\n")
    length = next((int(row[15:]) for row in head.split(b"\r\n") if row.lower().startswith(b"content-length:")), 0)
    while len(rest) < length:
        part = line.recv(65_536)
        if not part:
            return b""
        rest += part
    return head + b"\r\n\r\n" + rest


class RawServer:
    """Gives each request to the next of `talks` (the last repeats), until one closes the connection."""

    def __init__(
        self,
        talks: Sequence[Talk],
        tls: ssl.SSLContext | None = None,
        read: Callable[[socket.socket], bytes] = read_request,
    ) -> None:
        self._read = read
        self.talks = talks
        self.requests: list[bytes] = []
        self.connections = 0
        self._tls = tls
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []

    def __enter__(self) -> RawServer:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept)
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for line in self._open:
            close(line, b"")
        self._thread.join()

    def _accept(self) -> None:
        threads = []
        while True:
            try:
                line, _ = self._listener.accept()
            except OSError:
                break
            self.connections += 1
            self._open.append(line)
            threads.append(threading.Thread(target=self._serve, args=(line,)))
            threads[-1].start()
        for thread in threads:
            thread.join()

    def _serve(self, line: socket.socket) -> None:
        try:
            if self._tls is not None:
                line = self._tls.wrap_socket(line, server_side=True)
                self._open.append(line)
            while request := self._read(line):
                with self._lock:
                    self.requests.append(request)
                    talk = self.talks[min(len(self.requests), len(self.talks)) - 1]
                talk(line, request)
        except OSError:
            pass
        finally:
            line.close()


def say(data: bytes) -> Talk:
    return lambda line, request: line.sendall(data)


def close(line: socket.socket, request: bytes) -> None:
    try:
        line.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


def say_and_close(data: bytes) -> Talk:
    def talk(line: socket.socket, request: bytes) -> None:
        line.sendall(data)
        close(line, request)

    return talk


def tunnel_to(port: int) -> Talk:
    """Be a proxy that gives a tunnel to a port of this machine, whoever was asked for: pass all on until one side ends."""

    def talk(line: socket.socket, request: bytes) -> None:
        with socket.create_connection(("127.0.0.1", port)) as far:
            line.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=_pump, args=(far, line))
            back.start()
            _pump(line, far)
            back.join()

    return talk


def _pump(source: socket.socket, sink: socket.socket) -> None:
    try:
        while data := source.recv(65_536):
            sink.sendall(data)
    except OSError:
        pass
    finally:
        close(sink, b"")
