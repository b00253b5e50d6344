"""Whether the app can do its work now, and numbers on how it does, for whoever runs it. No content, no names."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from rlm_app.application import App
from rlm_app.errors import StoreError
from rlm_app.types import RunState

LITTLE_ROOM = 200_000_000
"""Bytes of free disk below which the app counts as degraded: a run and its documents may need them."""

SLOW = 5.0
"""Seconds from an event to its commit from which on the app counts as degraded."""


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the app takes work, and a sentence for each reason why it does so badly or not at all."""

    ready: bool
    reasons: tuple[str, ...] = ()

    @property
    def state(self) -> str:
        """Return "ready", "degraded" or "down"."""
        return "down" if not self.ready else "degraded" if self.reasons else "ready"


def look(app: App, least_room: int = LITTLE_ROOM) -> Health:
    """Return how the app is now; with fewer free bytes than `least_room` it is degraded."""
    try:
        census = app.store.census(time.time())
    except StoreError as error:
        return Health(ready=False, reasons=(str(error),))
    free = free_bytes(app.settings.data_folder)
    reasons = [census.trouble, census.notice]
    if free < least_room:
        reasons.append(
            f"There are {free / 1e6:,.0f} MB left on the disk that holds {app.settings.data_folder}. Free some disk space."
        )
    if census.lag > SLOW:
        reasons.append(
            f"Events took up to {census.lag:.1f} s until they were saved. The disk is slow or the machine busy."
        )
    return Health(ready=not census.trouble, reasons=tuple(reason for reason in reasons if reason))


def metrics(app: App, errors: Mapping[str, int]) -> str:
    """Return numbers in the text form that Prometheus reads; raise `StoreError` when the data file cannot be read."""
    census = app.store.census(time.time())
    states = {str(state): census.runs.get(str(state), 0) for state in RunState}
    return "".join(
        (
            *_gauge(
                "runs", "Runs that are kept, by state.", ((f'{{state="{name}"}}', n) for name, n in states.items())
            ),
            *_gauge("runs_waiting", "Runs that wait in line.", [("", app.manager.waiting)]),
            *_gauge("runs_today", "Runs that began since midnight (UTC).", [("", census.today)]),
            *_gauge("owners", "People and visitors who have runs.", [("", census.owners)]),
            *_gauge(
                "money_today_dollars",
                "What runs that began here since midnight (UTC) say they cost, whoever paid.",
                [("", census.cost_today)],
            ),
            *_gauge(
                "host_money_today_dollars",
                "What the keys of this app paid since midnight (UTC), as its quotas count it.",
                [("", round(app.allowance.today("").all.spent, 6))],
            ),
            *_gauge(
                "commit_lag_seconds", "Longest time of late from an event to its commit.", [("", round(census.lag, 4))]
            ),
            *_gauge("rows_waiting", "Rows that are queued and not committed.", [("", census.waiting)]),
            *_gauge("writable", "Whether the data file can be written to.", [("", int(not census.trouble))]),
            *_gauge("store_bytes", "Size of the data file with its log.", [("", store_bytes(app.settings.data_file))]),
            *_gauge(
                "disk_free_bytes", "Room on the disk that holds the data.", [("", free_bytes(app.settings.data_folder))]
            ),
            *_gauge("errors_total", "Errors told since the start.", _by_part(errors), kind="counter"),
        )
    )


def store_bytes(data_file: Path) -> int:
    """Return the size of the data file, its log and what is in safekeeping beside it; of what was put aside nothing."""
    names = ("", ".wal", ".replies-1", ".replies-2")
    places = (data_file.with_name(data_file.name + ending) for ending in names)
    return sum(place.stat().st_size for place in places if place.exists())


def free_bytes(home: Path) -> int:
    """Return how much room there is where `home` is or will be."""
    place = home
    while not place.exists():
        place = place.parent
    return shutil.disk_usage(place).free


def _by_part(errors: Mapping[str, int]) -> list[tuple[str, float]]:
    return [(f'{{part="{name}"}}', number) for name, number in sorted(errors.items())]


def _gauge(name: str, about: str, values: Iterable[tuple[str, float]], *, kind: str = "gauge") -> Iterator[str]:
    yield f"# HELP rlm_app_{name} {about}\n# TYPE rlm_app_{name} {kind}\n"
    for labels, value in values:
        yield f"rlm_app_{name}{labels} {value}\n"
