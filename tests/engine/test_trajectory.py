from __future__ import annotations

from dataclasses import replace
from functools import reduce

import pytest

from benchmarks.timeline_runs import events
from rlm_app.cell_results import CellError
from rlm_app.engine.trajectory import Trajectory
from rlm_app.events import CellFinished, SubcallFinished
from rlm_app.types import NO_USAGE, Usage, total

EVENTS = list(events("run", turns=3, calls=4, start=0.0))
ERROR = CellError("KeyError", "'fee'", "Traceback …")


def test_a_trajectory_grown_in_pieces_is_the_one_that_is_folded_at_once() -> None:
    grown = Trajectory()
    for start in range(0, len(EVENTS), 5):
        grown = grown.grown(EVENTS[start : start + 5])
    assert grown == Trajectory.fold(EVENTS)
    assert grown.usage.calls == sum(turn.usage.calls for turn in grown.turns) == 15
    assert grown.usage.cost == pytest.approx(15 * 0.0004)


def test_a_trajectory_that_was_grown_keeps_its_turns_and_sums_for_whoever_is_drawing_it() -> None:
    earlier = Trajectory.fold(EVENTS[:12])
    drawn = len(earlier.turns), earlier.usage, earlier.last_seq, {**earlier.seconds_by_model}
    later = earlier.grown(EVENTS)
    assert (len(earlier.turns), earlier.usage, earlier.last_seq, earlier.seconds_by_model) == drawn
    assert (len(later.turns), later.finished is not None, earlier.finished) == (3, True, None)


def test_what_a_turn_used_and_whether_it_failed_is_right_after_each_sub_call() -> None:
    ended = next(event for event in EVENTS if isinstance(event, SubcallFinished))
    trajectory = Trajectory.fold(event for event in EVENTS[: EVENTS.index(ended)])
    turn = trajectory.turns[0]
    assert (turn.usage.calls, turn.failed) == (1, False)
    trajectory.add(replace(ended, error="The provider was busy."))
    assert (turn.usage.calls, turn.failed) == (2, True)
    trajectory.add(replace(ended, seq=ended.seq + 1))  # made again on resuming, and it went well
    assert (turn.usage.calls, turn.failed) == (2, False)


def test_a_cell_that_failed_makes_its_turn_a_failed_one() -> None:
    ended = next(event for event in EVENTS if isinstance(event, CellFinished))
    before = EVENTS[: EVENTS.index(ended)]
    assert not Trajectory.fold([*before, ended]).turns[0].failed
    [turn] = Trajectory.fold([*before, replace(ended, error=ERROR)]).turns
    assert turn.failed
    assert turn.failed_below


def test_a_total_is_what_adding_up_gives_whatever_nobody_said() -> None:
    told = [
        Usage(input_tokens=5, cost=0.25),
        Usage(calls=2, estimated=True),
        Usage(output_tokens=1, cached_tokens=3, cost=1.0),
    ]
    assert total(told) == reduce(Usage.__add__, told)
    assert total([Usage(), Usage()]) == Usage() + Usage()
    assert total([]) == NO_USAGE
