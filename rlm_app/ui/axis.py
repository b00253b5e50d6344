"""When the turns of a run were at work, on one axis that begins at 0; pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rlm_app.engine.tree import Gap, Turn, at_work

LONGEST_GAP = 30.0
"""Seconds between two turns beyond which nobody was at work: an older record does not say that it was resumed there."""

_NICE = (5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 1800.0, 3600.0)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the axis, in seconds from the run's beginning; `clock` is what the wall clock said at its start.

    The `gaps` in which the run stood still are not on the axis.
    """

    start: float
    end: float
    clock: float = 0.0
    gaps: Sequence[Gap] = ()

    def at(self, moment: float) -> float:
        """Return where a moment of the wall clock stands on the axis."""
        return self.start + max(0.0, at_work(self.clock, moment, self.gaps))


def stretches(turns: Sequence[Turn]) -> list[Stretch]:
    """Return when each turn was at work, in order, without the gaps in which the run stood still."""
    found: list[Stretch] = []
    for turn, earlier in zip(turns, [None, *turns], strict=False):
        start = found[-1].end if found else 0.0
        gap = at_work(earlier.ended, turn.began, [*earlier.gaps, *turn.gaps]) if earlier else 0.0
        start += gap if 0 < gap <= LONGEST_GAP else 0.0
        # A reply from the record says how long it took then; its clock is that of its second reading.
        found.append(Stretch(start, start + turn.seconds, turn.began, turn.gaps))
    return found


def length(found: Sequence[Stretch], *, live: bool) -> float:
    """Return the seconds the axis holds; of a live run a round number, so that rows that are done stay as they are."""
    end = max((stretch.end for stretch in found), default=0.0)
    if not live:
        return end or 1.0
    return next((nice for nice in _NICE if end <= nice), 3600.0 * -(-end // 3600))


def percent(start: float, end: float, whole: float) -> tuple[float, float]:
    """Return where a bar begins and how wide it is, in hundredths of the axis; the shortest is still to be seen."""
    left = min(99.4, max(0.0, 100 * start / whole))
    return round(left, 2), round(max(0.6, min(100 - left, 100 * (end - start) / whole)), 2)
