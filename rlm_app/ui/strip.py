"""What moves in a turn's row: its time on the axis of all turns, its calls and money, and whether something went wrong.

It stands beside the row's label, not in it: to Streamlit a row with another label is another row, and closed.
"""

from __future__ import annotations

import html

from rlm_app.engine.tree import RESUMED, Turn
from rlm_app.ui import axis, words

_STRIP = (
    '<div class="rlm-strip{state}"><span class="rlm-axis" aria-hidden="true">'
    '<i style="left:{left}%;width:{width}%"></i></span>'
    '<span class="rlm-numbers">{text}</span>{stood}{error}</div>'
)
_STOOD = '<span class="rlm-stood">{}</span>'
_ERROR = '<span class="rlm-error">● had an error</span>'


def numbers(turn: Turn) -> str:
    """Return time, calls and money of a turn so far, or that it came from the record."""
    if turn.reply.replayed and not turn.usage.calls:
        return "from the record, cost nothing"
    return f"{words.duration(turn.seconds)} · {words.count(turn.usage.calls, 'call')} · {words.spent(turn.usage)}"


def standing(turn: Turn) -> str:
    """Return how long the run stood still in the turn or before it, as far as a second of it: paused, or not at work at all."""
    paused = sum(notice.seconds for notice in turn.notices if notice.topic != RESUMED)
    away = sum(notice.seconds for notice in turn.notices if notice.topic == RESUMED)
    told = (f"paused {words.clock(paused)}", paused), (f"resumed after {words.duration(away)}", away)
    return ", ".join(said for said, seconds in told if seconds >= 1)


def html_of(turn: Turn, stretch: axis.Stretch, whole: float, *, live: bool = False) -> str:
    """Return the strip of a turn on an axis of `whole` seconds; `live` is whether the turn is still at work."""
    left, width = axis.percent(stretch.start, stretch.end, whole)
    return _STRIP.format(
        state=" rlm-live" if live else "",
        left=left,
        width=width,
        text=html.escape(numbers(turn)),
        stood=_STOOD.format(said) if (said := standing(turn)) else "",
        error=_ERROR if turn.failed_below else "",
    )
