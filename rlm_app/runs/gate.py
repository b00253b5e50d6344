"""The gate before every run: counts runs in and out, and lets none in for whom the day's or the moment's quota is used up."""

from __future__ import annotations

import dataclasses
import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rlm_app.errors import ConfigError, StoreError
from rlm_app.meter import Meter
from rlm_app.quota_checks import check_run
from rlm_app.quotas import Attempt, Ledger, Quotas, Today, Used, day_of
from rlm_app.records import RunSpec

HostPays = Callable[[RunSpec, Mapping[str, str]], bool]
_log = logging.getLogger(__name__)
_EVERYBODY = ""


_NO_QUOTAS = Quotas()


def _nobody_pays(spec: RunSpec, keys: Mapping[str, str]) -> bool:
    return False


@dataclass(frozen=True)
class _Hold:
    attempt: Attempt
    meter: Meter
    pays: bool


class Gate:
    """What is used of the quotas, counted under one lock, so that two who come at the same moment cannot share one place.

    `host_pays` says whether the host's key pays for an order with the keys a person gave. The day's account is kept in the
    ledger; runs that a killed process left count for what their replies cost. Safe to use from many threads.
    """

    def __init__(
        self,
        quotas: Quotas = _NO_QUOTAS,
        ledger: Ledger | None = None,
        host_pays: HostPays = _nobody_pays,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._quotas = quotas
        self._ledger = ledger if quotas.count_days else None
        self._host_pays = host_pays
        self._clock = clock
        self._lock = threading.Lock()
        self._day: float | None = None
        self._used: dict[str, Used] = {}
        self._holds: dict[str, _Hold] = {}

    @property
    def minutes(self) -> float | None:
        """How many minutes a run may be at work; None is no limit."""
        return self._quotas.minutes_a_run

    def admit(self, run_id: str, owner: str, spec: RunSpec, keys: Mapping[str, str]) -> Meter:
        """Let a run in and return the meter of what it spends; `leave` must follow.

        Raises `QuotaReached` when there is no room or money for it, `ConfigError` when it is in already.
        """
        pays = self._host_pays(spec, keys)
        with self._lock:
            if run_id in self._holds:
                raise ConfigError("This run is at work already.")
            today = self._today(owner)
            check_run(today, host_pays=pays)
            meter = _meter(today.money_left, spec) if pays else Meter()
            hold = _Hold(Attempt(run_id, owner, today.now, meter.most or 0.0), meter, pays)
            self._holds[run_id] = hold
            self._count(owner, runs=1)
        if self._ledger:
            try:
                self._ledger.begin(hold.attempt)
            except BaseException:
                self._let_go(hold, 0.0)
                raise
        return meter

    def leave(self, run_id: str) -> None:
        """Make room for others, and put what the run spent to the account; does nothing for one that is not in."""
        with self._lock:
            hold = self._holds.get(run_id)
        if hold is None:
            return
        cost = hold.meter.charged if hold.pays else 0.0
        self._let_go(hold, cost)
        if self._ledger:
            try:
                self._ledger.end(hold.attempt, cost)
            except StoreError as error:  # what its replies cost is found when the file is opened next
                _log.error("what run %s cost could not be put to the day's account: %s", run_id, error)

    def today(self, owner: str) -> Today:
        """Return what this person and everybody have used of what is allowed."""
        with self._lock:
            return self._today(owner)

    def _today(self, owner: str) -> Today:
        now = self._clock()
        if self._day != day_of(now):
            self._used = {}
            self._load(day_of(now))
            self._day = day_of(now)
        return Today(self._quotas, self._of(owner), self._of(_EVERYBODY), now)

    def _load(self, day: float) -> None:
        """Take the account of a day from the ledger; what is open there and not in here was left by a process that died."""
        if self._ledger is None:
            return
        for attempt in self._ledger.since(day):
            cost = attempt.cost
            if cost is None and attempt.run_id not in self._holds:
                paid = self._ledger.paid(attempt) if attempt.held else 0.0
                cost = attempt.held if paid is None else paid
                self._ledger.end(attempt, cost)
            self._count(attempt.owner, runs=1, spent=cost or 0.0)

    def _of(self, owner: str) -> Used:
        used = self._used.get(owner, Used())
        holds = [hold for hold in self._holds.values() if owner in (hold.attempt.owner, _EVERYBODY)]
        held = sum(hold.attempt.held for hold in holds if hold.attempt.began >= (self._day or 0.0))
        return dataclasses.replace(used, live=len(holds), held=held)

    def _count(self, owner: str, *, runs: int = 0, spent: float = 0.0) -> None:
        for name in (owner, _EVERYBODY):
            used = self._used.get(name, Used())
            self._used[name] = dataclasses.replace(used, runs=used.runs + runs, spent=used.spent + spent)

    def _let_go(self, hold: _Hold, cost: float) -> None:
        with self._lock:
            if self._holds.pop(hold.attempt.run_id, None) and hold.attempt.began >= (self._day or 0.0):
                self._count(hold.attempt.owner, spent=cost)


def within(spec: RunSpec, meter: Meter) -> RunSpec:
    """Return an order that says of its money what its meter allows."""
    if meter.most is None or spec.limits.cost == meter.most:
        return spec
    return dataclasses.replace(spec, limits=dataclasses.replace(spec.limits, cost=meter.most))


def _meter(left: float | None, spec: RunSpec) -> Meter:
    """Return the meter of a run that the host pays for: at most what is left, and no more than the run may use anyway.

    Where nobody limits the host's money, the run's own limit is enough, and nothing waits for the dearest that may happen.
    """
    if left is None:
        return Meter()
    return Meter(left if spec.limits.cost is None else min(left, spec.limits.cost))
