"""What a run spends of somebody else's money while it is under way, and the most it may."""

from __future__ import annotations

import threading


class Meter:
    """Adds up the USD of calls that were really sent, whatever a run's record says; `most` None is no limit.

    Safe to use from many threads.
    """

    def __init__(self, most: float | None = None) -> None:
        self.most = most
        self._spent = 0.0
        self._unknown = False
        self._lock = threading.Lock()

    def add(self, cost: float | None) -> None:
        """Add what a call cost; None for one whose price nobody knows."""
        with self._lock:
            self._spent += cost or 0.0
            self._unknown = self._unknown or cost is None

    @property
    def spent(self) -> float:
        """What has been added so far, in USD."""
        with self._lock:
            return self._spent

    @property
    def charged(self) -> float:
        """What to count as spent: all it could have been where the price of a call stayed unknown."""
        with self._lock:
            return max(self._spent, self.most or 0.0) if self._unknown else self._spent
