"""The channel to a worker whose bytes come and go through an SDK."""

from __future__ import annotations

import collections
import signal
import threading
import time
from collections.abc import Callable
from typing import Protocol, TypeVar

from rlm_app.errors import REPLLost, REPLStartError

OUT, ERR = 1, 2
UNREAD, FLOOD = 16 << 20, 256 << 20
STDERR_CHARS = 8_000
REMOVE_SECONDS = 5.0

T = TypeVar("T")


class Pipe(Protocol):
    """The two ends of a process in a sandbox, as its SDK gives them. `OSError` is how each method says that it is gone."""

    def receive(self) -> tuple[int, bytes]:
        """Return the next piece of its output and where it was written, `OUT` or `ERR`; an empty piece is the end."""

    def send(self, data: bytes) -> None:
        """Write all of `data` to its input."""

    def interrupt(self) -> None:
        """Send it SIGINT from outside, if that is quick."""

    def hang_up(self) -> None:
        """Wake whoever is blocked in `receive` or `send`, at once."""

    def remove(self) -> None:
        """End the sandbox with all that runs in it."""

    def close(self) -> None:
        """Let go of descriptors and connections; nobody is in `receive` or `send` any more."""

    def how_it_ended(self) -> str:
        """Say how the process ended, as what follows "the worker …"."""


class StreamChannel:
    """The channel over a `Pipe`: reads exactly, writes wholly, keeps the end of stderr, and removes the sandbox once."""

    def __init__(self, pipe: Pipe) -> None:
        self._pipe = pipe
        self._killed = threading.Event()
        self._kill_lock = threading.Lock()
        self._reading = threading.Lock()
        self._writing = threading.Lock()
        self._ahead = b""
        self._stderr = b""

    def read(self, count: int) -> bytes:
        """Return exactly `count` bytes; the buffer grows with what arrives, never with what was announced."""
        with self._reading:
            parts = [self._ahead[:count]]
            self._ahead = self._ahead[count:]
            missing = count - len(parts[0])
            while missing:
                part = self._receive()
                parts.append(part[:missing])
                self._ahead = part[missing:]
                missing -= len(parts[-1])
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _receive(self) -> bytes:
        while not self._killed.is_set():
            try:
                place, part = self._pipe.receive()
            except OSError:
                break
            if not part:
                break
            if place == OUT:
                return part
            self._stderr = (self._stderr + part)[-4 * STDERR_CHARS :]
        raise REPLLost(self._epitaph())

    def write(self, data: bytes) -> None:
        """Send all of `data`; raise `REPLLost` when the worker is gone."""
        with self._writing:
            if self._killed.is_set():
                raise REPLLost(self._epitaph())
            try:
                self._pipe.send(data)
            except OSError as error:
                raise REPLLost(self._epitaph()) from error

    def interrupt(self) -> None:
        """Send the worker SIGINT from outside, if the sandbox can do that."""
        if not self._killed.is_set():
            self._pipe.interrupt()

    def kill(self) -> None:
        """Remove the sandbox; may be called twice, from any thread. One that takes longer goes on without being waited for."""
        with self._kill_lock:
            if self._killed.is_set():
                return
            self._killed.set()
        self._pipe.hang_up()
        remover = threading.Thread(target=self._remove, name="repl-remover", daemon=True)
        remover.start()
        remover.join(REMOVE_SECONDS)

    def _remove(self) -> None:
        self._pipe.remove()
        with self._reading, self._writing:
            self._pipe.close()

    def stderr(self) -> str:
        """Return the last 8,000 characters the worker wrote to its stderr."""
        return self._stderr.decode("utf-8", "replace")[-STDERR_CHARS:]

    def _epitaph(self) -> str:
        return f"the worker {'was killed by the app' if self._killed.is_set() else self._pipe.how_it_ended()}"


def open_channel(pipe: Pipe, first: bytes) -> StreamChannel:
    """Return the channel over a pipe after sending what makes the process a worker; raise `REPLStartError`, leaving nothing."""
    channel = StreamChannel(pipe)
    try:
        channel.write(first)
    except REPLLost as lost:
        channel.kill()
        raise REPLStartError(f"The REPL did not start: {lost}. {channel.stderr()[-500:]}".strip()) from lost
    return channel


class Inbox:
    """Pieces of output on their way from the threads of an SDK to the one that reads."""

    def __init__(self) -> None:
        self._pieces: collections.deque[tuple[int, bytes]] = collections.deque()
        self._unread = 0
        self._ended = False
        self._changed = threading.Condition()

    def put(self, place: int, part: bytes) -> bool:
        """Hand over a piece once there is room; return False when nobody will take it."""
        with self._changed:
            self._changed.wait_for(lambda: self._ended or self._unread < UNREAD)
        return self.offer(place, part)

    def offer(self, place: int, part: bytes) -> bool:
        """Hand over a piece without waiting; return False when nobody will take it, or far too much has not been taken."""
        with self._changed:
            if self._ended or self._unread > FLOOD:
                return False
            self._pieces.append((place, part))
            self._unread += len(part)
            self._changed.notify_all()
        return True

    def end(self) -> None:
        """Let `get` return the end of the output when it has returned the rest."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def get(self) -> tuple[int, bytes]:
        """Return the next piece and its place, an empty one at the end; blocks."""
        with self._changed:
            self._changed.wait_for(lambda: self._ended or bool(self._pieces))
            place, part = self._pieces.popleft() if self._pieces else (OUT, b"")
            self._unread -= len(part)
            self._changed.notify_all()
        return place, part


def patiently(ask: Callable[[], T | None], seconds: float = 1.0) -> T | None:
    """Return the first answer that is not None, or None after `seconds`: an end is known a little after it is heard of."""
    end = time.monotonic() + seconds
    while (answer := ask()) is None and time.monotonic() < end:
        time.sleep(0.02)
    return answer


def ended(status: int) -> str:
    """Say how a process ended, as what follows "the worker …", from the status its sandbox tells: 128 + n is signal n."""
    if status - 128 in set(signal.Signals):
        return f"was killed by {signal.Signals(status - 128).name}"
    return f"ended itself with status {status}"
