"""A whole run as lines from top to bottom: turns, their sub-calls, and the turns of these; pure functions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rlm_app.engine.trajectory import Trajectory
from rlm_app.engine.tree import Subcall, Turn
from rlm_app.ui import axis, intent, words
from rlm_app.ui.crumbs import Path

MANY = 20
"""How many sub-calls of a kind a turn may have before a tree shows them as one line."""

KINDS = {"llm": "asked a model", "rlm": "a run of its own"}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened; `start` and `end` are seconds on the run's axis, `cost` US dollars.

    `name` is said where the end of the path does not say what it is."""

    path: Path
    what: str
    start: float
    end: float
    calls: int
    cost: float | None
    failed: bool
    is_done: bool = True
    name: str = ""

    @property
    def level(self) -> int:
        """How far the line is indented."""
        return len(self.path) - 1


def lines(trajectory: Trajectory, *, grouped: bool) -> list[Line]:
    """Return the run line by line; with `grouped`, more than 20 sub-calls of a kind in a turn are one line."""
    found: list[Line] = []
    for turn, stretch in zip(trajectory.turns, axis.stretches(trajectory.turns), strict=True):
        found += _turn(turn, (turn.reply.iteration,), stretch, grouped=grouped)
    return found


def _turn(turn: Turn, path: Path, stretch: axis.Stretch, *, grouped: bool) -> Iterator[Line]:
    usage = turn.usage
    start, end = stretch.at(turn.began), stretch.at(turn.began) + turn.seconds
    yield Line(path, intent.headline(turn), start, end, usage.calls, usage.cost, turn.failed_below)
    numbered = list(enumerate(turn.subcalls, 1))
    for role in dict.fromkeys(call.started.role for _, call in numbered):
        of_kind = [(number, call) for number, call in numbered if call.started.role == role]
        if grouped and len(of_kind) > MANY:
            yield _group(path, role, [call for _, call in of_kind], stretch)
            of_kind = [(number, call) for number, call in of_kind if call.child is not None][:MANY]
        for number, call in of_kind:
            yield from _subcall(call, (*path, number), stretch, grouped=grouped)


def _subcall(call: Subcall, path: Path, stretch: axis.Stretch, *, grouped: bool) -> Iterator[Line]:
    end = call.finished
    start = stretch.at(call.started.at)
    yield Line(
        path,
        f"{KINDS.get(call.started.role, KINDS['llm'])}: {words.clip(call.started.prompt[:400], 90)}",
        start,
        stretch.at(end.at) if end else start,
        end.usage.calls if end else 0,
        end.usage.cost if end else None,
        call.failed or call.failed_within,
        end is not None,
    )
    for turn in call.child.turns if call.child else ():
        yield from _turn(turn, (*path, turn.reply.iteration), stretch, grouped=grouped)


def _group(path: Path, role: str, calls: Sequence[Subcall], stretch: axis.Stretch) -> Line:
    ends = [call.finished for call in calls if call.finished]
    prices = [end.usage.cost for end in ends if end.usage.cost is not None]
    failed, within = sum(call.failed for call in calls), sum(call.failed_within and not call.failed for call in calls)
    slowest = max((end.seconds for end in ends), default=0.0)
    what = f"{KINDS.get(role, KINDS['llm'])} × {len(calls):,} · slowest {words.duration(slowest)}"
    return Line(
        (*path, 1),
        what + (f" · {failed:,} failed" if failed else "") + (f" · {within:,} with an error within" if within else ""),
        min(stretch.at(call.started.at) for call in calls),
        max((stretch.at(end.at) for end in ends), default=stretch.start),
        sum(end.usage.calls for end in ends),
        sum(prices) if prices else None,
        bool(failed or within),
        len(ends) == len(calls),
        "sub-calls",
    )
