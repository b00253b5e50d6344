"""The lightest HTTP that will do, over kept connections: what `floor_proc` and our thin client share. Standard library."""

from __future__ import annotations

import json
import socket
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit


class Wire:
    """Sends chat requests to one address; safe to use from many threads, each call has a connection to itself."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._place = (parts.hostname or "127.0.0.1", parts.port or 80)
        self._head = f"POST {parts.path}/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: "
        self._free: deque[socket.socket] = deque()

    def ask(self, model: str, messages: Sequence[Mapping[str, str]]) -> Any:
        """Return the reply as the provider wrote it."""
        body = json.dumps({"model": model, "messages": messages}).encode()
        line = self._take()
        line.sendall(f"{self._head}{len(body)}\r\n\r\n".encode() + body)
        data = _read(line)
        self._free.append(line)
        return json.loads(data)

    def close(self) -> None:
        """Close all connections."""
        while self._free:
            self._free.pop().close()

    def _take(self) -> socket.socket:
        try:
            return self._free.pop()
        except IndexError:
            line = socket.create_connection(self._place)
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return line


def get(url: str) -> Any:
    """Return the JSON at an address of the provider."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname or "", parts.port or 80)) as line:
        line.sendall(f"GET {parts.path} HTTP/1.1\r\nhost: x\r\n\r\n".encode())
        return json.loads(_read(line))


def _read(line: socket.socket) -> bytes:
    data = b""
    while (end := data.find(b"\r\n\r\n")) < 0:
        data += line.recv(1 << 16)
    length = int(data[:end].rpartition(b"content-length: ")[2])
    parts, left = [data[end + 4 :]], length - len(data) + end + 4
    while left > 0:
        parts.append(line.recv(min(left, 1 << 20)))
        left -= len(parts[-1])
    return b"".join(parts)
