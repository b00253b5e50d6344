"""Runs that stood still or were cut off, and what was made and went wrong within sub-calls; no page is drawn."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from rlm_app import counting
from rlm_app.cli.report import turn_line
from rlm_app.engine.trajectory import Trajectory
from rlm_app.engine.tree import RESUMED, STOPPED
from rlm_app.events import CellFinished, CellStarted, ModelReplied, Noticed, SubcallFinished, SubcallStarted
from rlm_app.types import NO_USAGE
from rlm_app.ui import axis, notices, outline, strip, subcall_rows, subcalls, timeline, words
from tests.pages.trees import base, tree


def paused(before: float, within: float) -> Trajectory:
    """Return a run of two turns of two seconds, the second paused before its prompt and before its code for so long."""
    said: dict[str, Any] = {"messages": (), "reply": "x", "model": "m", "usage": NO_USAGE, "seconds": 1.0}
    notice: dict[str, Any] = {"iteration": 2, "topic": "paused", "text": "The run was paused."}
    ran = 3.0 + before + within
    return Trajectory.fold(
        [
            ModelReplied(seq=1, **base(1.0), iteration=1, **said),
            CellStarted(seq=2, **base(1.0), iteration=1, cell=1, code="…"),
            CellFinished(seq=3, **base(2.0), iteration=1, cell=1, stdout=""),
            Noticed(seq=4, **base(2.0 + before), **notice, seconds=before),
            ModelReplied(seq=5, **base(3.0 + before), iteration=2, **said),
            Noticed(seq=6, **base(ran), **notice, seconds=within),
            CellStarted(seq=7, **base(ran), iteration=2, cell=1, code="…"),
            SubcallStarted(seq=8, **base(ran, "0.1", "0"), iteration=2, cell=1, role="llm", model="s", prompt="?"),
            CellFinished(seq=9, **base(ran + 1), iteration=2, cell=1, stdout=""),
        ]
    )


@pytest.mark.parametrize("before", [20.0, 600.0])
def test_a_pause_is_no_time_of_its_turn_and_is_told_beside_it(before: float) -> None:
    run = paused(before, 42.0)
    assert [(s.start, s.end) for s in axis.stretches(run.turns)] == [(0.0, 2.0), (2.0, 4.0)]
    assert [(line.start, line.end) for line in outline.lines(run, grouped=True)] == [(0, 2), (2, 4), (3, 3)]
    first, second = (strip.html_of(turn, axis.Stretch(0, 1), 9) for turn in run.turns)
    assert "paused" not in first
    assert ">2.0 s · " in second
    assert f">paused {words.clock(before + 42)}<" in second


def test_a_turn_that_was_killed_and_resumed_says_after_how_long_and_its_bar_leaves_that_out() -> None:
    hours = 3 * 3600.0
    run = resumed(hours)
    turn, stretch = run.turns[0], axis.stretches(run.turns)[0]
    assert (turn.seconds, stretch.end) == (5.0, 5.0)
    assert ">resumed after 3 h 0 min<" in strip.html_of(turn, stretch, 5.0)
    assert notices.said(turn.notices[0]) == "The run had ended here; it was resumed after 3 h 0 min."
    assert [(line.start, line.end) for line in outline.lines(run, grouped=True)] == [(0, 5), (2, 3), (2, 4)]
    grown = run.grown([Noticed(seq=20, **base(hours + 9), iteration=1, topic="paused", text="…", seconds=42.0)])
    assert strip.standing(grown.turns[0]) == "paused 0:42, resumed after 3 h 0 min"


def resumed(hours: float) -> Trajectory:
    """Return a run of one turn of five seconds, killed after its third with a sub-call under way and resumed so much later."""
    said: dict[str, Any] = {"messages": (), "reply": "x", "model": "m", "usage": NO_USAGE, "seconds": 1.0}
    asked: dict[str, Any] = {"iteration": 1, "cell": 1, "model": "s"}
    ended: dict[str, Any] = {"reply": "R", "usage": NO_USAGE}
    notice: dict[str, Any] = {"iteration": 1, "topic": RESUMED, "text": "The run was resumed.", "seconds": hours}
    return Trajectory.fold(
        [
            ModelReplied(seq=1, **base(1.0), iteration=1, **said),
            CellStarted(seq=2, **base(1.0), iteration=1, cell=1, code="…"),
            SubcallStarted(seq=3, **base(2.0, "0.1", "0"), role="llm", prompt="?", **asked),
            SubcallStarted(seq=4, **base(2.0, "0.2", "0"), role="llm", prompt="??", **asked),
            SubcallFinished(seq=5, **base(3.0, "0.1", "0"), **ended, **asked),
            Noticed(seq=6, **base(3.0 + hours), **notice),
            SubcallFinished(seq=7, **base(4.0 + hours, "0.2", "0"), **ended, **asked),
            CellFinished(seq=8, **base(5.0 + hours), iteration=1, cell=1, stdout=""),
        ]
    )


def test_sub_calls_that_a_kill_or_a_stop_cut_off_are_interrupted_and_no_error() -> None:
    run = tree(3)
    calls = run.turns[0].subcalls
    assert [subcall_rows.state(replace(calls[0], finished=None), live=live) for live in (True, False)] == [
        "under way",
        "interrupted",
    ]
    end = calls[2].finished
    assert end is not None
    stopped = replace(calls[2], finished=replace(end, reply="", error="The call was stopped.", finish=STOPPED))
    assert (subcall_rows.state(stopped), stopped.failed) == ("interrupted", False)
    cut = [replace(calls[0], finished=None), calls[1], stopped]
    assert subcalls.headline(cut).endswith(" · 2 interrupted")
    assert subcalls.headline(cut, live=True).endswith(" · 1 under way · 1 interrupted")
    run.turns[0].cells[0].subcalls[:] = cut
    run.turns[0].cells[0].changes += 1
    assert not run.turns[0].failed_below


def test_what_was_made_within_sub_calls_is_counted_with_them_and_an_error_there_is_seen_on_their_row() -> None:
    run = tree(2)
    child: dict[str, Any] = {"iteration": 1, "cell": 1, "model": "s"}
    run.add(ModelReplied(seq=90, **base(5, "0.1", "0"), iteration=1, messages=(), reply="", model="s", usage=NO_USAGE))
    run.add(CellStarted(seq=91, **base(5, "0.1", "0"), iteration=1, cell=1, code="…"))
    for seq, call_id in enumerate(("0.1.1", "0.1.2", "0.1.3"), 92):
        run.add(SubcallStarted(seq=seq, **base(5, call_id, "0.1"), role="llm", prompt="?", **child))
    failed: dict[str, Any] = {"reply": "", "usage": NO_USAGE, "error": "It broke."}
    run.add(SubcallFinished(seq=95, **base(6, "0.1.3", "0.1"), **failed, **child))
    calls = run.turns[0].subcalls
    assert subcalls.headline(calls).startswith("2 sub-calls, 3 more within them · ")
    assert subcalls.headline(calls).endswith(" · 1 with an error within")
    assert "2 sub-calls, 3 more within them" in timeline.summary(run)
    assert "2 sub-calls, 3 more within them · with an error" in turn_line(run.turns[0])
    assert counting.sub_calls(1, 4) == "1 sub-call, 4 more within it"
    assert [subcall_rows.row(1, call)["State"] for call in calls] == ["● error within", "done"]
    choice = subcall_rows.Choice
    assert subcall_rows.chosen(calls, choice(state="● error within")) == [1]
    assert subcall_rows.chosen(calls[::-1], choice(order="failed first")) == [2, 1]
