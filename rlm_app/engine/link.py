"""The two threads between a REPL and its channel."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable

from rlm_app.engine.frames import Frame, read_frame
from rlm_app.errors import REPLLost
from rlm_app.protocols import Channel


class Link:
    """Reads frames in one thread and writes them in another, so that no caller is ever blocked by a worker that stands still.

    `on_frame` runs in the reading thread and may raise `REPLLost`; `on_lost` is told why reading or writing came to an end.
    """

    def __init__(
        self, channel: Channel, on_frame: Callable[[Frame], None], on_lost: Callable[[REPLLost], None]
    ) -> None:
        self.channel = channel
        self._on_frame = on_frame
        self._on_lost = on_lost
        self._writing = threading.Lock()
        self._outbox: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=self._read, name="repl-reader", daemon=True),
            threading.Thread(target=self._write, name="repl-writer", daemon=True),
        ]

    def start(self) -> None:
        """Begin to read and write."""
        for thread in self._threads:
            thread.start()

    def send(self, data: bytes) -> None:
        """Queue a frame and return at once."""
        self._outbox.put(data)

    def write(self, data: bytes) -> None:
        """Send a frame from this thread, which may have to wait for the worker; costs one change of threads less."""
        try:
            with self._writing:
                self.channel.write(data)
        except REPLLost as lost:
            self._on_lost(lost)

    def close(self) -> None:
        """Kill the worker and end both threads."""
        self.channel.kill()
        self._outbox.put(None)
        for thread in self._threads:
            thread.join(5.0)

    def _read(self) -> None:
        try:
            while True:
                self._on_frame(read_frame(self.channel.read))
        except REPLLost as lost:
            self._on_lost(lost)

    def _write(self) -> None:
        while (data := self._outbox.get()) is not None:
            self.write(data)
