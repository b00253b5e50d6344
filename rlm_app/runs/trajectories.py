"""Trajectories of stored and live runs, kept for a while so that a poll reads only what is new."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from rlm_app.engine.trajectory import Trajectory
from rlm_app.events import Event
from rlm_app.records import RunStore

KEEP = 8
EVENTS = 40_000
"""Of short runs more are kept than `KEEP`, up to so many events in all: as many as people may watch at once."""
UNSEEN = 60.0
"""Seconds after which nobody watches a run that was not asked for; then it is one of `KEEP` or is let go."""


class _Entry:
    """The trajectory of one run as far as its events were read."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.asked = 0.0
        self.trajectory = Trajectory()

    def catch_up(self, events: list[Event]) -> Trajectory:
        """Take further events and return the trajectory of all."""
        if events:
            # Grown, not added to: pages in other threads may be drawing the one they were given.
            self.trajectory = self.trajectory.grown(events)
        return self.trajectory


class Trajectories:
    """Folds committed events; keeps the runs that were asked for last."""

    def __init__(
        self,
        store: RunStore,
        keep: int = KEEP,
        events: int = EVENTS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._store = store
        self._keep = keep
        self._events = events
        self._lock = threading.Lock()
        self._entries: OrderedDict[str, _Entry] = OrderedDict()

    def get(self, run_id: str, owner: str) -> Trajectory:
        """Return the trajectory of the owner's run, not to be changed; an empty one when the owner has no such run."""
        if self._store.run(run_id, owner) is None:
            return Trajectory()
        entry = self._entry(run_id)
        with entry.lock:
            return entry.catch_up(self._store.events(run_id, owner, entry.trajectory.last_seq))

    def forget(self, run_id: str) -> None:
        """Let go of a run."""
        with self._lock:
            self._entries.pop(run_id, None)

    def _entry(self, run_id: str) -> _Entry:
        with self._lock:
            entry = self._entries.setdefault(run_id, _Entry())
            self._entries.move_to_end(run_id)
            entry.asked = now = self._clock()
            while len(self._entries) > self._keep and (self._unseen(now) or self._kept > self._events):
                self._entries.popitem(last=False)
        return entry

    def _unseen(self, now: float) -> bool:
        return now - next(iter(self._entries.values())).asked > UNSEEN

    @property
    def _kept(self) -> int:
        """How many events the entries hold, each entry counted as one more: it is not there for nothing."""
        return sum(1 + entry.trajectory.last_seq for entry in self._entries.values())
