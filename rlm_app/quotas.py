"""What an app allows each of its people and all of them together, in numbers a host sets, and what of it they have used."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from rlm_app.errors import ConfigError

DAY = 86_400.0

_NONE = frozenset({"none", "unlimited"})


@dataclass(frozen=True, slots=True)
class Quotas:
    """What is allowed; None is no limit. Days are those of UTC, money is USD that the host's keys pay, MB are 10⁶ bytes.

    Names that end in `_app` count everybody together, the others each person. `upload_mb` is for one file.
    `minutes_a_run` are wall time from a run's turn in line on, pauses included: others wait for its place.
    """

    runs_at_once: int | None = None
    runs_at_once_app: int | None = None
    runs_a_day: int | None = None
    money_a_day: float | None = None
    money_a_day_app: float | None = None
    storage_mb: int | None = None
    upload_mb: int | None = None
    documents_a_run: int | None = None
    minutes_a_run: float | None = None
    storage_mb_app: int | None = None

    @property
    def count_days(self) -> bool:
        """Whether something is limited for which a day's account has to be kept."""
        return any(limit is not None for limit in (self.runs_a_day, self.money_a_day, self.money_a_day_app))


SHARED = Quotas(3, 60, 200, 2.0, 20.0, 500, 100, 50, 120, 20_000)
"""What a shared app allows whose host has said nothing else."""

NAMES = tuple(field.name for field in dataclasses.fields(Quotas))
_MONEY = frozenset({"money_a_day", "money_a_day_app"})


@dataclass(frozen=True, slots=True)
class Used:
    """What a person, or everybody, has used of a day: runs begun, `spent` USD, and `held` USD that live runs may still spend.

    `live` runs are queued or at work, whenever they were begun.
    """

    runs: int = 0
    live: int = 0
    spent: float = 0.0
    held: float = 0.0

    @property
    def money(self) -> float:
        """USD that is spent or held."""
        return self.spent + self.held


@dataclass(frozen=True, slots=True)
class Today:
    """What is used of what is allowed at the moment `now`, by one person (`mine`) and by everybody (`all`)."""

    quotas: Quotas
    mine: Used
    all: Used
    now: float

    @property
    def money_left(self) -> float | None:
        """USD of the host's that a further run of this person may spend; None is no limit."""
        left = [
            allowed - used.money
            for allowed, used in ((self.quotas.money_a_day, self.mine), (self.quotas.money_a_day_app, self.all))
            if allowed is not None
        ]
        return max(0.0, min(left)) if left else None

    @property
    def again(self) -> str:
        """When the day's quotas are free again, as the end of a sentence."""
        minutes = math.ceil((DAY - self.now % DAY) / 60)
        hours, rest = divmod(minutes, 60)
        return f"at 00:00 UTC, in {f'{hours} h {rest} min' if hours else f'{rest} min'}"


@dataclass(frozen=True, slots=True)
class Attempt:
    """A run's being begun or gone on with, for the day's account: `held` USD of the host's it may spend, `cost` what it did.

    `cost` is None while it goes on, and where the process died before it ended.
    """

    run_id: str
    owner: str
    began: float
    held: float
    cost: float | None = None


class Ledger(Protocol):
    """Keeps what people have used of a day, also of runs that they have deleted since. Durable when its calls return."""

    def begin(self, attempt: Attempt) -> None:
        """Keep a new attempt."""

    def end(self, attempt: Attempt, cost: float) -> None:
        """Keep what an attempt has cost in the end, in USD."""

    def since(self, moment: float) -> Sequence[Attempt]:
        """Return the attempts that began at `moment` or later, and forget those that did a week before it."""

    def paid(self, attempt: Attempt) -> float | None:
        """Return what the replies cost that were kept of an attempt, None where its run is no longer here."""


def read(said: Mapping[str, str], *, shared: bool) -> Quotas:
    """Return what the host set, by the names of `Quotas`; raise `ConfigError` for what is no such number."""
    usual = SHARED if shared else Quotas()
    changes: dict[str, Any] = {name: _number(name, said[name]) for name in NAMES if said.get(name)}
    return dataclasses.replace(usual, **changes)


def day_of(moment: float) -> float:
    """Return when the day (UTC) of a moment began, in seconds since 1970."""
    return moment - moment % DAY


def _number(name: str, text: str) -> float | int | None:
    word = text.strip().lower()
    if word in _NONE:
        return None
    try:
        value = float(word)
    except ValueError:
        value = math.nan
    whole = name not in _MONEY
    if not math.isfinite(value) or value < (1 if whole else 0) or (whole and value != int(value)):
        least = "a whole number from 1 on" if whole else "a number of USD from 0 on"
        raise ConfigError(f'RLM_APP_{name.upper()} says "{text}". Set it to {least}, or to "none" for no limit.')
    return int(value) if whole else value
