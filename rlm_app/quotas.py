"""What an app allows each of its people and all of them together: numbers a host sets, and what is said when one is reached."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from rlm_app.errors import ConfigError, DocumentError

DAY = 86_400.0
LEAST = 0.01
"""USD of the host's money below which no run is begun: what it could pay for would be no answer."""

_MB = 1_000_000
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

    @property
    def count_days(self) -> bool:
        """Whether something is limited for which a day's account has to be kept."""
        return any(limit is not None for limit in (self.runs_a_day, self.money_a_day, self.money_a_day_app))


SHARED = Quotas(3, 60, 200, 2.0, 20.0, 500, 100, 50, 120)
"""What a shared app allows whose host has said nothing else."""

NAMES = tuple(field.name for field in dataclasses.fields(Quotas))
_MONEY = frozenset({"money_a_day", "money_a_day_app"})


class QuotaReached(ConfigError):
    """What was asked for is more than is allowed; `passing` says that it will do as soon as a run has ended."""

    def __init__(self, sentence: str, *, passing: bool = False) -> None:
        super().__init__(sentence)
        self.passing = passing


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


def check_run(today: Today, *, host_pays: bool) -> None:
    """Raise `QuotaReached` when this person may not begin a run now."""
    _check_at_once(today)
    _check_day(today)
    if host_pays and (left := today.money_left) is not None and left < LEAST:
        raise QuotaReached(_no_money(today), passing=today.mine.held >= LEAST)


def check_documents(quotas: Quotas, count: int) -> None:
    """Raise `QuotaReached` for an order about more documents than a run may have."""
    if quotas.documents_a_run is not None and count > quotas.documents_a_run:
        raise QuotaReached(
            f"{count:,} documents were chosen, and this app takes {quotas.documents_a_run:,} a run at most. Choose fewer, or "
            "ask them in parts, as in a grid."
        )


def too_long(minutes: float) -> str:
    """Return what is said of a run that was interrupted because it held its place for as long as it may."""
    return (
        f"This run was at work for {minutes:,g} minutes, which is as long as this app lets one be, and others wait for its "
        "place. What was done is kept: go on with it, or ask for less at a time."
    )


def check_upload(quotas: Quotas, name: str, size: int) -> None:
    """Raise `DocumentError` for a file of more bytes than a person may add at once."""
    if quotas.upload_mb is not None and size > quotas.upload_mb * _MB:
        raise DocumentError(
            name, f"has {megabytes(size)}, and this app takes files of up to {quotas.upload_mb:,} MB; add a smaller one"
        )


def check_storage(quotas: Quotas, name: str, used: int, more: int) -> None:
    """Raise `DocumentError` when `more` bytes do not fit beside those that a person's workspace has."""
    if quotas.storage_mb is not None and used + more > quotas.storage_mb * _MB:
        raise DocumentError(
            name,
            f"needs {megabytes(more)}, and your workspace has {megabytes(used)} of {quotas.storage_mb:,} MB in use; delete "
            "documents or runs that you no longer need, then add it again",
        )


def read(said: Mapping[str, str], *, shared: bool) -> Quotas:
    """Return what the host set, by the names of `Quotas`; raise `ConfigError` for what is no such number."""
    usual = SHARED if shared else Quotas()
    changes: dict[str, Any] = {name: _number(name, said[name]) for name in NAMES if said.get(name)}
    return dataclasses.replace(usual, **changes)


def megabytes(size: float) -> str:
    """Return a number of bytes in MB, as a person reads it."""
    return f"{size / _MB:,.1f} MB" if size < 10 * _MB else f"{size / _MB:,.0f} MB"


def _check_at_once(today: Today) -> None:
    quotas = today.quotas
    if quotas.runs_at_once is not None and today.mine.live >= quotas.runs_at_once:
        raise QuotaReached(
            f"You have {_runs(today.mine.live)} under way, and this app lets each person have {quotas.runs_at_once:,} at "
            "once. When one has ended, or you stop one, ask again.",
            passing=True,
        )
    if quotas.runs_at_once_app is not None and today.all.live >= quotas.runs_at_once_app:
        raise QuotaReached(
            f"Everybody together has {_runs(today.all.live)} under way or in line here, and {quotas.runs_at_once_app:,} are "
            "the most this app takes. Ask again in a few minutes.",
            passing=True,
        )


def _check_day(today: Today) -> None:
    allowed = today.quotas.runs_a_day
    if allowed is not None and today.mine.runs >= allowed:
        raise QuotaReached(
            f"You have begun {_runs(today.mine.runs)} today, and this app lets each person begin {allowed:,} a day (UTC). "
            f"You can begin more {today.again}."
        )


def _no_money(today: Today) -> str:
    mine, allowed, everybody = today.mine, today.quotas.money_a_day, today.quotas.money_a_day_app
    own = "With a key of your own, entered in Settings, you can ask now."
    if allowed is not None and allowed - mine.money < LEAST:
        held = f" and {money(mine.held)} are held for your runs under way" if mine.held else ""
        return (
            f"The host of this app pays {money(allowed)} a day for each person; you have spent {money(mine.spent)}{held}. "
            f"More is free {today.again}{', or when one of these runs has ended' if mine.held else ''}. {own}"
        )
    used = money(today.all.money)
    return (
        f"The host of this app pays {money(everybody or 0.0)} a day for everybody together, and {used} of it are spent or "
        f"held for runs under way. More is free {today.again}. {own}"
    )


def money(dollars: float) -> str:
    """Return USD with cents, as quotas are told."""
    return f"${dollars:,.2f}"


def day_of(moment: float) -> float:
    """Return when the day (UTC) of a moment began, in seconds since 1970."""
    return moment - moment % DAY


def _runs(count: int) -> str:
    return f"{count:,} run" if count == 1 else f"{count:,} runs"


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
