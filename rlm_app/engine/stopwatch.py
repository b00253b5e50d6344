"""A clock that stands still while a cell waits for the host."""

import threading
import time


class Stopwatch:
    """Counts the seconds a cell has used itself, from its creation on; time with a host call outstanding is not counted."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._started = time.monotonic()
        self._waited = 0.0
        self._since = 0.0
        self._calls = 0

    def pause(self) -> None:
        """A host call began."""
        with self._lock:
            if self._calls == 0:
                self._since = time.monotonic()
            self._calls += 1

    def resume(self) -> None:
        """A host call ended."""
        with self._lock:
            self._calls -= 1
            if self._calls == 0:
                self._waited += time.monotonic() - self._since

    @property
    def waiting(self) -> bool:
        """Whether a host call is outstanding."""
        return self._calls > 0

    @property
    def seconds(self) -> float:
        """Seconds the cell itself has used."""
        with self._lock:
            now = self._since if self._calls else time.monotonic()
            return now - self._started - self._waited
