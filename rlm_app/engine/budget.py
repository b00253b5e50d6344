"""What a run may use and what it has used: one object for the whole tree of calls."""

from __future__ import annotations

import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rlm_app.errors import LimitReached
from rlm_app.meter import Meter
from rlm_app.types import NO_USAGE, Limits, Usage

RESERVE = 0.1
"""The share of money, tokens and time that is kept back for a last answer."""


@dataclass
class _Settled:
    """What the calls of one kind that have ended used together; a model that names no price is taken to cost nothing."""

    calls: int = 0
    cost: float = 0.0
    tokens: int = 0

    def add(self, usage: Usage) -> None:
        self.calls += usage.calls
        self.cost += usage.cost or 0.0
        self.tokens += usage.tokens


class Budget:
    """Counts calls, tokens, money and time against limits. Safe to use from many threads.

    Near a limit a call waits until those in flight have ended, if these would reach the limit at what such calls cost on
    average: so a wide batch does not use up what is kept back. `seconds_used` is the wall time that earlier attempts took.
    `meter` is told by clients what the calls cost that were sent, and may hold them to less money than the limits do.
    """

    def __init__(
        self,
        limits: Limits,
        clock: Callable[[], float] = time.monotonic,
        *,
        seconds_used: float = 0.0,
        meter: Meter | None = None,
    ) -> None:
        self.limits = limits
        self._meter = meter or Meter()
        self._clock = clock
        self._began = clock() - seconds_used
        self._lock = threading.Condition()
        self._usage = NO_USAGE
        self._subcalls = 0
        self._in_flight = Counter[bool]()
        self._settled = {True: _Settled(), False: _Settled()}
        self._unpriced: set[str] = set()

    @property
    def usage(self) -> Usage:
        """What all calls of the tree have used so far, replayed ones included."""
        with self._lock:
            return self._usage

    @property
    def seconds(self) -> float:
        """Wall time since the run began."""
        return self._clock() - self._began

    def leave_out(self, seconds: float) -> None:
        """Let time in which the run stood still, because a person paused it, not count."""
        with self._lock:
            self._began += seconds

    @property
    def subcalls(self) -> int:
        """How many sub-calls have been let through."""
        with self._lock:
            return self._subcalls

    def admit(self, *, subcall: bool = False, closing: bool = False) -> None:
        """Let a call through, or raise `LimitReached`; `settle` must follow. A closing call may use what is kept back."""
        share = 1.0 if closing else 1.0 - RESERVE
        with self._lock:
            self._lock.wait_for(lambda: not self._in_flight_may_reach(share))
            self._refuse("time", self.seconds, self.limits.seconds, share)
            self._refuse("cost", self._usage.cost or 0.0, self.limits.cost, share)
            self._refuse("cost", self._meter.spent, self._meter.most, share)
            self._refuse("tokens", self._usage.tokens, self.limits.tokens, share)
            if subcall:
                self._refuse("subcalls", self._subcalls, self.limits.subcalls, 1.0)
                self._subcalls += 1
            self._in_flight[subcall] += 1

    def settle(self, usage: Usage | None, *, subcall: bool = False) -> None:
        """Add what a call that was let through used, None for one that failed."""
        with self._lock:
            self._in_flight[subcall] -= 1
            if usage is not None:
                self._usage = self._usage + usage
                self._settled[subcall].add(usage)
            self._lock.notify_all()

    def admit_recorded(self, *, subcall: bool) -> None:
        """Count a call that is answered from the journal; it costs nothing now, so no limit refuses it."""
        if subcall:
            with self._lock:
                self._subcalls += 1

    def charge(self, usage: Usage) -> None:
        """Add what a finished call used."""
        with self._lock:
            self._usage = self._usage + usage

    def is_news(self, unpriced: str) -> bool:
        """Whether money is limited and this model, whose price is not known, is named for the first time."""
        if self.limits.cost is None:
            return False
        with self._lock:
            known = unpriced in self._unpriced
            self._unpriced.add(unpriced)
        return not known

    def cell_seconds(self) -> float:
        """Return how long a cell may compute now: the cell limit, or what is left of the run's time if that is less."""
        if self.limits.seconds is None:
            return self.limits.cell_seconds
        left = self.limits.seconds * (1.0 - RESERVE) - self.seconds
        return max(0.1, min(self.limits.cell_seconds, left))

    def left(self) -> Mapping[str, float]:
        """Return what is left of each limit that is set, in its own unit: USD, tokens, sub-calls, seconds."""
        with self._lock:
            used = {
                "cost": (self._usage.cost or 0.0, self.limits.cost),
                "tokens": (float(self._usage.tokens), self.limits.tokens),
                "subcalls": (float(self._subcalls), self.limits.subcalls),
                "seconds": (self.seconds, self.limits.seconds),
            }
        left = {name: max(0.0, limit - spent) for name, (spent, limit) in used.items() if limit is not None}
        if self._meter.most is not None:
            left["cost"] = min(left.get("cost", math.inf), max(0.0, self._meter.most - self._meter.spent))
        return left

    def _in_flight_may_reach(self, share: float) -> bool:
        """Whether a limit on money or tokens is not reached yet, but is likely to be when all calls in flight have ended."""
        if self.limits.cost is None and self.limits.tokens is None and self._meter.most is None:
            return False
        pending = [(self._in_flight[kind], ended) for kind, ended in self._settled.items() if ended.calls]
        cost = sum(count * ended.cost / ended.calls for count, ended in pending)
        tokens = sum(count * ended.tokens / ended.calls for count, ended in pending)
        reaches = (
            (self._usage.cost or 0.0, cost, self.limits.cost),
            (self._meter.spent, cost, self._meter.most),
            (self._usage.tokens, tokens, self.limits.tokens),
        )
        return any(_between(used, coming, allowed, share) for used, coming, allowed in reaches)

    @staticmethod
    def _refuse(limit: str, used: float, allowed: float | None, share: float) -> None:
        if allowed is not None and used >= allowed * share:
            raise LimitReached(limit, used, allowed)


def _between(used: float, coming: float, allowed: float | None, share: float) -> bool:
    return allowed is not None and coming > 0 and used < allowed * share <= used + coming
