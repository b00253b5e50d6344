"""The attached stdin, stdout and stderr of a container."""

from __future__ import annotations

import contextlib
import socket
from typing import Any

from rlm_app.environments import docker_engine
from rlm_app.environments.streams import ended, patiently

HEADER = 8
PIECE = 1 << 17


class DockerPipe:
    """The connection to a container's process: what comes is cut into pieces by the engine, each with a header of 8 bytes.

    The pieces know nothing of frames. The process's stdin ends when the connection does.
    """

    def __init__(self, api: Any, container: str) -> None:
        self._api = api
        self._container = container
        try:
            self._attached = api.attach_socket(container, {"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1})
        except BaseException:
            docker_engine.remove(api, container)
            raise
        # A SocketIO over a Unix or TCP socket; over TLS, ssh or a Windows pipe the connection itself.
        self._socket: Any = getattr(self._attached, "_sock", self._attached)
        self._socket.settimeout(None)  # the SDK leaves the time limit of its requests on it
        self._ahead = b""
        self._left = 0
        self._place = 0

    def receive(self) -> tuple[int, bytes]:
        """Return the next piece of the container's output, or of a piece."""
        while not self._left:
            head = self._exactly(HEADER)
            if len(head) < HEADER:
                return self._place, b""
            self._place, self._left = head[0], int.from_bytes(head[4:], "big")
        part = self._some(self._left)
        self._left -= len(part)
        return self._place, part

    def _exactly(self, count: int) -> bytes:
        data = b""
        while len(data) < count and (part := self._some(count - len(data))):
            data += part
        return data

    def _some(self, count: int) -> bytes:
        if not self._ahead:
            self._ahead = self._socket.recv(PIECE)
        part, self._ahead = self._ahead[:count], self._ahead[count:]
        return part

    def send(self, data: bytes) -> None:
        """Write to the container's stdin."""
        self._socket.sendall(data)

    def interrupt(self) -> None:
        """Send SIGINT to the container's first process, which is the worker."""
        docker_engine.quietly(self._api.kill, self._container, signal="SIGINT")

    def hang_up(self) -> None:
        """End the connection: removing a container whose stdin nobody reads waits for it (measured: 60 s)."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def remove(self) -> None:
        """Remove the container, running or not."""
        docker_engine.remove(self._api, self._container)

    def close(self) -> None:
        """Close the connection, which the SDK's response holds too."""
        self._attached._response.close()
        self._attached.close()

    def how_it_ended(self) -> str:
        """Say how the container ended."""
        state = patiently(lambda: docker_engine.state(self._api, self._container) or None) or {}
        if state.get("OOMKilled"):
            return "was killed by the engine: the container ran out of memory"
        return ended(state["ExitCode"]) if "ExitCode" in state else "closed its connection"
