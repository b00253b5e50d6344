"""What a run spends of somebody else's money while it is under way, and the most it may."""

from __future__ import annotations

import threading

from rlm_app.cancel import CancelToken
from rlm_app.errors import Cancelled, LimitReached


class Meter:
    """Adds up the USD of calls that were really sent, whatever a run's record says; `most` None is no limit.

    Calls go side by side only while all that are under way may cost their most; else one waits for the others. So a run
    spends at most one call more than it may, however many it sends at once. Safe to use from many threads.
    """

    def __init__(self, most: float | None = None) -> None:
        self.most = most
        self._spent = 0.0
        self._unknown = False
        self._under_way = 0
        self._held = 0.0
        self._changed = threading.Condition()

    def begin(self, most: float, cancel: CancelToken) -> None:
        """Let a call through that may cost `most` USD, when it fits; `end` must follow.

        Raises `LimitReached` where nothing is left by then, and `Cancelled` where the wait was stopped.
        """
        forget = cancel.on_cancel(self._look_again)
        try:
            with self._changed:
                self._changed.wait_for(lambda: cancel.cancelled or self._fits(most))
                if cancel.cancelled:
                    raise Cancelled("The call was stopped before it was sent.")
                if self.most is not None and self._spent >= self.most:
                    raise LimitReached("cost", self._spent, self.most)
                self._under_way += 1
                self._held += most
        finally:
            forget()

    def end(self, most: float, cost: float | None) -> None:
        """Put what a call cost in the place of what it might have; None for one whose price nobody knows."""
        with self._changed:
            self._under_way -= 1
            self._held -= most
            self._add(cost)
            self._changed.notify_all()

    def add(self, cost: float | None) -> None:
        """Add what a call cost that was carried out elsewhere; None for one whose price nobody knows."""
        with self._changed:
            self._add(cost)
            self._changed.notify_all()

    @property
    def spent(self) -> float:
        """What has been added so far, in USD."""
        with self._changed:
            return self._spent

    def beside(self, told: float) -> float | None:
        """Return what has been added beside `told` USD, None where the price of a call stayed unknown."""
        with self._changed:
            return None if self._unknown else max(0.0, self._spent - told)

    @property
    def charged(self) -> float:
        """What to count as spent: all it could have been where the price of a call stayed unknown."""
        with self._changed:
            return max(self._spent, self.most or 0.0) if self._unknown else self._spent

    def _fits(self, most: float) -> bool:
        return self.most is None or not self._under_way or self._spent + self._held + most <= self.most

    def _add(self, cost: float | None) -> None:
        self._spent += cost or 0.0
        self._unknown = self._unknown or cost is None

    def _look_again(self) -> None:
        with self._changed:
            self._changed.notify_all()
