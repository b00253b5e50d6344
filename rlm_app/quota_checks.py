"""Whether one thing more is within the quotas, and what a person is told where it is not."""

from __future__ import annotations

from rlm_app.errors import ConfigError, DocumentError
from rlm_app.quotas import Quotas, Today

LEAST = 0.01
"""USD of the host's money below which no run is begun: what it could pay for would be no answer."""

_MB = 1_000_000


class QuotaReached(ConfigError):
    """What was asked for is more than is allowed; `passing` says that it will do as soon as a run has ended."""

    def __init__(self, sentence: str, *, passing: bool = False) -> None:
        super().__init__(sentence)
        self.passing = passing


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


def check_storage_app(quotas: Quotas, name: str, used: int, more: int) -> None:
    """Raise `DocumentError` when `more` bytes do not fit beside those that all workspaces have together."""
    if quotas.storage_mb_app is not None and used + more > quotas.storage_mb_app * _MB:
        raise DocumentError(
            name,
            f"needs {megabytes(more)}, and everybody together has {megabytes(used)} of the {quotas.storage_mb_app:,} MB this "
            "app keeps in use; try again later, or ask who runs the app to make room",
        )


def megabytes(size: float) -> str:
    """Return a number of bytes in MB, as a person reads it."""
    return f"{size / _MB:,.1f} MB" if size < 10 * _MB else f"{size / _MB:,.0f} MB"


def money(dollars: float) -> str:
    """Return USD with cents, as quotas are told."""
    return f"${dollars:,.2f}"


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


def _runs(count: int) -> str:
    return f"{count:,} run" if count == 1 else f"{count:,} runs"
