"""Carrying out the cells of one grid: a few at a time, each from a claim that is kept to the end of its run."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence

from rlm_app.cancel import CancelToken
from rlm_app.errors import ConfigError, StoreError
from rlm_app.grids import Place
from rlm_app.quota_checks import QuotaReached

CarryOut = Callable[[Place, CancelToken], None]


class GridWork:
    """Runs the cells at `places` on `parallel` threads until all are done or somebody stops it.

    No more of them than that stand in the queue of runs at once, so that a grid does not keep other runs waiting.
    """

    def __init__(self, places: Sequence[Place], carry_out: CarryOut, parallel: int) -> None:
        self._waiting = deque(places)
        self._at_hand: set[Place] = set()
        self._carry_out = carry_out
        self._cancel = CancelToken()
        self._lock = threading.Lock()
        self._problem = ""
        self.total = len(places)
        self._threads = [
            threading.Thread(target=self._work, name=f"grid-{number}", daemon=True)
            for number in range(min(parallel, len(places)))
        ]

    def begin(self) -> None:
        """Start the threads."""
        for thread in self._threads:
            thread.start()

    @property
    def is_live(self) -> bool:
        """Whether a thread is still at work."""
        return any(thread.is_alive() for thread in self._threads)

    @property
    def stopping(self) -> bool:
        """Whether somebody asked to stop."""
        return self._cancel.cancelled

    @property
    def problem(self) -> str:
        """Why the work ended before its end, as a sentence; empty where it did not."""
        return self._problem

    @property
    def waiting(self) -> frozenset[Place]:
        """The places whose run has not begun yet."""
        with self._lock:
            return frozenset({*self._waiting, *self._at_hand})

    def begun(self, place: Place) -> None:
        """Say that the run of a place has begun, or that there will be none."""
        with self._lock:
            self._at_hand.discard(place)

    def stop(self) -> None:
        """Begin no further cell, and stop the runs of those under way."""
        self._drop_waiting()
        self._cancel.cancel()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until the work has ended, at most so long for each thread; return whether it has."""
        for thread in self._threads:
            thread.join(seconds)
        return not self.is_live

    def _work(self) -> None:
        while (place := self._next()) is not None:
            try:
                self._carry_out(place, self._cancel)
            except QuotaReached as error:
                # What is under way may end; only for further cells there is nothing left.
                self._problem = str(error)
                self._drop_waiting()
            except (ConfigError, StoreError) as error:
                # What stands in one cell's way alone is kept with the cell; this would stand in the way of all.
                self._problem = str(error)
                self.stop()
            finally:
                self.begun(place)

    def _drop_waiting(self) -> None:
        with self._lock:
            self._waiting.clear()

    def _next(self) -> Place | None:
        with self._lock:
            if not self._waiting:
                return None
            place = self._waiting.popleft()
            self._at_hand.add(place)
            return place
