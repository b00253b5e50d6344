"""Byte streams to workers: here, the sockets of a child process."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable

from rlm_app.environments.processes import Child
from rlm_app.errors import REPLLost

STDERR_CHARS = 8_000
PIECE = 1 << 20
AHEAD = 1 << 13


class ChildChannel:
    """The channel to a worker in a child process that leads its own process group.

    `stream` is the host's end of the socket that is the child's stdin and stdout, `errors` of the one that is its stderr;
    sockets and not pipes, because shutting one down wakes every thread that is blocked on it. `clean_up` runs once,
    when the process is dead. `wait_seconds` bounds how long `kill` waits for the system to bury it.
    """

    def __init__(
        self,
        process: Child,
        stream: socket.socket,
        errors: socket.socket,
        clean_up: Callable[[], None],
        wait_seconds: float = 2.0,
    ) -> None:
        self._process = process
        self._stream = stream
        self._errors = errors
        self._clean_up = clean_up
        self._wait_seconds = wait_seconds
        self._killed = threading.Event()
        self._kill_lock = threading.Lock()
        self._reading = threading.Lock()
        self._writing = threading.Lock()
        self._tail = b""
        self._ahead = b""
        self._drain = threading.Thread(target=self._drain_errors, name="repl-stderr", daemon=True)
        self._drain.start()

    @property
    def pid(self) -> int:
        """The worker's process id."""
        return self._process.pid

    def read(self, count: int) -> bytes:
        """Return exactly `count` bytes; the buffer grows with what arrives, never with what was announced."""
        with self._reading:
            parts, self._ahead = [self._ahead[:count]], self._ahead[count:]
            missing = count - len(parts[0])
            while missing:
                # A little more than asked: most frames then take one system call, and one wait for the interpreter lock.
                part = b"" if self._killed.is_set() else self._receive(min(max(missing, AHEAD), PIECE))
                if not part:
                    raise REPLLost(self._epitaph())
                parts.append(part[:missing])
                self._ahead = part[missing:]
                missing -= len(parts[-1])
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _receive(self, count: int) -> bytes:
        try:
            return self._stream.recv(count)
        except OSError:
            return b""

    def write(self, data: bytes) -> None:
        """Send all of `data`; raise `REPLLost` when the worker is gone."""
        with self._writing:
            if self._killed.is_set():
                raise REPLLost(self._epitaph())
            try:
                self._stream.sendall(data)
            except OSError as error:
                raise REPLLost(self._epitaph()) from error

    def interrupt(self) -> None:
        """Send the worker SIGINT, which reaches its main thread even while that keeps the interpreter to itself."""
        with self._kill_lock:
            if not self._killed.is_set():
                self._process.interrupt()

    def kill(self) -> None:
        """End the worker and all it started, and remove what it leaves; may be called twice, from any thread."""
        with self._kill_lock:
            if self._killed.is_set():
                return
            self._killed.set()
            # First the processes: a worker that sees its socket end goes at once, and its orphans could not be found.
            self._process.kill(self._wait_seconds)
            for end in (self._stream, self._errors):
                _shut(end)
            self._drain.join(self._wait_seconds)
            # Nobody may close a descriptor in whose recv or send another thread still sits: its number is used again.
            with self._reading, self._writing:
                self._stream.close()
            self._errors.close()
            self._clean_up()

    def stderr(self) -> str:
        """Return the last 8,000 characters the worker wrote to its stderr."""
        if not self._killed.is_set() and self._process.ended() is not None:
            self._drain.join(0.2)
        return self._tail.decode("utf-8", "replace")[-STDERR_CHARS:]

    def _drain_errors(self) -> None:
        while True:
            try:
                part = self._errors.recv(1 << 16)
            except OSError:
                return
            if not part:
                return
            self._tail = (self._tail + part)[-4 * STDERR_CHARS :]

    def _epitaph(self) -> str:
        if self._killed.is_set():
            return "the worker was killed by the app"
        end = time.monotonic() + 0.3  # its sockets close a little before it is a corpse that can be asked
        while (how := self._process.ended()) is None and time.monotonic() < end:
            time.sleep(0.002)
        return f"the worker {how or 'closed its connection'}"


def _shut(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
