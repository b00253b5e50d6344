"""Numbers and times in the words a person reads; pure functions."""

from __future__ import annotations

import datetime as dt
import time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rlm_app.types import Usage

DASH = "–"

_A_CLOCK = 20
"""Seconds from which on minutes and seconds tell a length well enough."""


def count(number: int, one: str, many: str | None = None) -> str:
    """Return "1 page", "1,204 pages"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def money(amount: float | None) -> str:
    """Return US dollars with two meaningful digits; a dash where nobody knows the price."""
    if amount is None:
        return DASH
    if amount == 0 or amount >= 0.1:
        return f"${amount:,.2f}"
    if amount < 0.0001:
        return "<$0.0001"
    places = next(n for n in range(3, 6) if amount >= 10 ** (1 - n))
    return f"${amount:.{places}f}"


def spent(usage: Usage) -> str:
    """Return the money of a usage, marked "at least" when some calls have no known price."""
    if usage.cost is None:
        return "price unknown" if usage.calls else "$0.00"
    return ("at least " if usage.unpriced_calls else "") + money(usage.cost)


def counts(usage: Usage) -> bool:
    """Whether tokens say something about a usage: what was counted here and is free was sent to nobody."""
    return not (usage.estimated and usage.cost == 0)


def tokens(usage: Usage) -> str:
    """Return "12.4k tokens", marked "about" when they were counted here and not by the provider."""
    return ("about " if usage.estimated else "") + f"{short(usage.tokens)} tokens"


def short(number: int) -> str:
    """Return a number in at most four signs: 940, 12.4k, 1.2M."""
    if number < 1000:
        return str(number)
    value, unit = (number / 1000, "k") if number < 999_500 else (number / 1_000_000, "M")
    return f"{value:.1f}{unit}" if value < 100 else f"{value:.0f}{unit}"


def clock(seconds: float) -> str:
    """Return elapsed time as it is read on a clock: 0:07, 12:30, 1:02:03."""
    whole = max(0, int(seconds))
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"


def reach(first: float, last: float, whole: float) -> str:
    """Return "0:10 to 1:05 of 2:30": a part of a length, both in seconds; a short length in tenths or milliseconds."""
    if whole < 1:
        told = [f"{1000 * max(0.0, at):.0f}" for at in (first, last, whole)]
        return f"{told[0]} to {told[1]} of {told[2]} ms"
    if whole < _A_CLOCK:
        return f"{first:.1f} to {last:.1f} of {whole:.1f} s"
    return f"{clock(first)} to {clock(last)} of {clock(whole)}"


def brief(seconds: float) -> str:
    """Return a span of time in words, one shorter than a tenth of a second in milliseconds: 35 ms, 0.4 s."""
    return f"{1000 * seconds:.0f} ms" if 0 <= seconds < 0.1 else duration(seconds)


def duration(seconds: float) -> str:
    """Return a span of time in words: 0.4 s, 42 s, 3 min 5 s."""
    if seconds < 0.05:
        return "under 0.1 s"
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def when(at: float, zone: str | None = None, now: float | None = None) -> str:
    """Return how long ago something was, or its date when that was before yesterday."""
    seconds = (time.time() if now is None else now) - at
    if seconds < 45:
        return "just now"
    if seconds < 3600:
        return f"{max(1, round(seconds / 60))} min ago"
    if seconds < 86400:
        return f"{round(seconds / 3600)} h ago"
    return f"{dt.datetime.fromtimestamp(at, zone_of(zone)):%-d %b %Y}"


def moment(at: float, zone: str | None = None) -> str:
    """Return a date with its time of day in the reader's time zone."""
    return f"{dt.datetime.fromtimestamp(at, zone_of(zone)):%-d %b %Y, %H:%M}"


def clip(text: str, limit: int) -> str:
    """Return one line of at most `limit` characters."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def zone_of(name: str | None) -> dt.tzinfo:
    """Return the time zone of that name; UTC where nobody knows one."""
    try:
        return ZoneInfo(name) if name else dt.UTC
    except (ZoneInfoNotFoundError, ValueError):
        return dt.UTC
