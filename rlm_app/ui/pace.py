"""How often pages of live runs are drawn again: each second or so for a few people, less often where many look on.

Streamlit starts a script for each poll of each browser. Where polls come faster than they are served, it drops what earlier
ones drew, and then no page moves at all; so the pace follows what drawing costs, and how many are to be drawn for. Behind our
own server browsers ask each second or so all the same, and `rlm_app.ui.looks` tells which are answered: by this pace where
only clocks have moved, at once where there is news.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable

from rlm_app.ui import host

LEAST, MOST = 0.8, 5.0
"""Seconds between two looks at a live run: a turn has to be on the screen within a second where the server is at ease."""
STILL = 10.0
"""Seconds for which a page is left as it is at the most where only its clocks have moved, and other pages have news."""

SHARE = 0.4
"""Of one processor's time, how much drawing may take; the runs themselves need the rest."""
OVERHEAD = 0.01
"""Seconds of processor time that Streamlit itself needs to draw a page once, beside what the page needs."""
SLACK = 4.0
"""How many times as long as drawing a page takes on the clock it stays as it is."""
BURST = 2.0
"""Seconds' worth of that share that may be spent at once, where little was drawn before."""
_WEIGHT = 0.1


class Pace:
    """Follows what drawing costs over all pages of the process; safe to use from many threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: dict[Hashable, float] = {}
        self._cost = self._took = 0.0
        self._room, self._counted = SHARE * BURST, clock()

    def drew(self, who: Hashable, cost: float, took: float) -> float:
        """Note that a page was drawn for somebody: seconds of the processor and on the clock; return the pace from now on."""
        with self._lock:
            now = self._clock()
            self._fill(now)
            self._room -= cost + OVERHEAD
            self._seen[who] = now
            self._seen = {each: at for each, at in self._seen.items() if now - at < 3 * MOST}
            self._cost += _WEIGHT * (cost - self._cost)
            self._took += _WEIGHT * (took - self._took)
            return self._seconds()

    @property
    def seconds(self) -> float:
        """Seconds between two looks, as things stand."""
        with self._lock:
            return self._seconds()

    @property
    def has_room(self) -> bool:
        """Whether drawing has taken less than its share of late, so that news can be drawn at once."""
        return self._left() > 0

    @property
    def is_at_ease(self) -> bool:
        """Whether it has taken so little that clocks can be drawn, too, without taking the place of news."""
        return self._left() > SHARE * BURST / 2

    def _left(self) -> float:
        with self._lock:
            self._fill(self._clock())
            return self._room

    def _fill(self, now: float) -> None:
        self._room = min(SHARE * BURST, self._room + SHARE * (now - self._counted))
        self._counted = now

    def _seconds(self) -> float:
        all_of_them = len(self._seen) * (self._cost + OVERHEAD) / SHARE
        return round(min(MOST, max(LEAST, all_of_them, SLACK * self._took)), 1)


def ours() -> Pace:
    """Return the pace of this process."""
    return host.once("pace", Pace)
