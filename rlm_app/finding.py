"""The vocabulary of looking for runs: what is sought, and what was found."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from rlm_app.records import RunRecord


class Order(StrEnum):
    """What comes first in a list of runs; the words are shown to people."""

    NEWEST = "newest"
    OLDEST = "oldest"
    DEAREST = "most money"
    LONGEST = "most time"
    QUESTION = "question"


@dataclass(frozen=True, slots=True)
class RunQuery:
    """Which runs are sought: those that fit everything that is said. Money is USD, times are seconds since 1970 (UTC).

    `words` stand all in question, title, answer, a document's name or code. `hidden` are ids that are left out.
    """

    words: str = ""
    states: tuple[str, ...] = ()
    backends: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    least_cost: float | None = None
    most_cost: float | None = None
    since: float | None = None
    until: float | None = None
    starred: bool = False
    hidden: tuple[str, ...] = ()
    order: Order = Order.NEWEST
    offset: int = 0
    limit: int = 20


@dataclass(frozen=True, slots=True)
class Day:
    """What the runs of a day used together: money in USD (None where nobody knows), and seconds at work."""

    day: str
    runs: int
    cost: float | None
    seconds: float


@dataclass(frozen=True, slots=True)
class FoundRuns:
    """The part of a list of runs that was asked for; `total` fit, of `every` there are.

    `states`, `backends` and `documents` are those of all the owner's runs, for choosing among them; they are looked up when
    the query's limit is 0, which asks for no runs.
    """

    records: tuple[RunRecord, ...]
    total: int
    every: int
    states: tuple[str, ...] = ()
    backends: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """What a question in SQL gave: `cut` says that there were more rows than are given."""

    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]
    cut: bool = False
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Workspace:
    """What somebody keeps here, for who runs the app: how much, and when something came in last (seconds since 1970, UTC)."""

    owner: str
    runs: int
    documents: int
    latest: float


class RunFinder(Protocol):
    """Finds among an owner's runs. Safe to use from many threads."""

    def find_runs(self, owner: str, query: RunQuery) -> FoundRuns:
        """Return the part of the owner's runs that is asked for, and what there is to choose from."""

    def days(self, owner: str, query: RunQuery, zone: dt.tzinfo = dt.UTC) -> tuple[Day, ...]:
        """Return what the runs that fit used on each day of a time zone, oldest first."""

    def ask(self, owner: str, sql: str) -> Table:
        """Answer a question in SQL over the owner's runs, calls and citations alone; raise `StoreError` with the reason."""
