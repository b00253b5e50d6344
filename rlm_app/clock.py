"""What time it is, for records: seconds since 1970 (UTC) that go forward even where somebody sets the machine's clock."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

FAR = 86_400.0
"""Seconds: a clock that was set back by more than this is believed."""


class SteadyClock:
    """Tells the time as it was when the clock was made, plus what has passed since; what is stamped with it stays in order.

    Somebody who sets the machine's clock neither turns durations negative nor makes them hours long.
    """

    def __init__(self, wall: Callable[[], float] = time.time, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._offset = wall() - monotonic()

    def __call__(self) -> float:
        """Return the time."""
        return self._offset + self._monotonic()


class Order:
    """Gives times in the order in which they are asked for: each later than the one before."""

    def __init__(self, wall: Callable[[], float] = time.time) -> None:
        self._wall = wall
        self._last = 0.0
        self._lock = threading.Lock()

    def next(self) -> float:
        """Return the time, or just after the last one when the clock was set back by less than a day."""
        with self._lock:
            now = self._wall()
            if 0 <= self._last - now < FAR:
                now = self._last + 0.001
            self._last = now
            return now
