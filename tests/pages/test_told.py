"""What is said of a run under way, of its closing reply, and of the notes a person gave it; no page is drawn."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from rlm_app.cli.report import turn_line
from rlm_app.engine.prompts import NOTE as TOLD
from rlm_app.engine.steps import NOTE
from rlm_app.engine.trajectory import Trajectory
from rlm_app.engine.tree import Cell, Turn
from rlm_app.events import CellStarted, ModelReplied, Noticed
from rlm_app.runs.live import Live, Phase
from rlm_app.types import NO_USAGE
from rlm_app.ui import fork, intent, live, notices

COMMON: dict[str, Any] = {"run_id": "r", "call_id": "0", "parent_id": None, "depth": 0, "at": 1.0}


def reply(seq: int, turn: int, purpose: str = "turn") -> ModelReplied:
    about: dict[str, Any] = {"messages": (), "reply": "I look.", "model": "m", "usage": NO_USAGE}
    return ModelReplied(**COMMON, **about, seq=seq, iteration=turn, purpose=purpose)


def note(seq: int, turn: int, text: str) -> Noticed:
    return Noticed(**COMMON, seq=seq, iteration=turn, topic=NOTE, text=TOLD.format(note=text))


def at(phase: Phase, place: int = 0) -> Live:
    return Live(phase, 0.0, "", "", 2, place, 1)


@pytest.mark.parametrize(
    ("phase", "purposes", "said"),
    [
        (Phase.QUEUED, [], "Queued: it starts next"),
        (Phase.STARTING, [], "Starting"),
        (Phase.THINKING, [], "Turn 1: waiting for the model"),
        (Phase.RUNNING_CODE, ["turn"], "Turn 1: running code"),
        (Phase.SUBCALLS, ["turn"], "Turn 1: waiting for 2 sub-calls"),
        # Two turns and a closing reply on record, and the run goes on with a higher limit.
        (Phase.STARTING, ["turn", "turn", "closing"], "Going through the 2 turns on record, which costs nothing"),
        (Phase.THINKING, ["turn", "turn", "closing"], "Turn 3: waiting for the model"),
        (Phase.RUNNING_CODE, ["turn", "turn", "closing", "turn"], "Turn 3: running code"),
        (Phase.WRITING, ["turn"] * 5, "Closing reply: the model is writing"),
    ],
)
def test_a_run_under_way_says_in_which_turn_it_does_what(phase: Phase, purposes: list[str], said: str) -> None:
    turns, number = [], 0
    for seq, purpose in enumerate(purposes, 1):
        number += purpose == "turn"
        turns.append(Turn(reply(seq, number + (purpose == "closing"), purpose)))
    assert live.sentence(at(phase), turns, most=5) == said


def test_the_line_on_a_closing_reply_does_not_call_it_a_turn() -> None:
    assert turn_line(Turn(reply(1, 3, "closing"))).startswith("Closing reply · ")
    assert turn_line(Turn(reply(1, 3))).startswith("Turn 3 · ")


def test_notes_on_later_turns_are_those_a_run_from_an_earlier_turn_does_without() -> None:
    events = [reply(1, 1), note(2, 2, "Mind the annex."), reply(3, 2), note(4, 3, "Be brief."), reply(5, 3)]
    trajectory = Trajectory.fold(events)
    assert fork.later_notes(trajectory, 1) == ["A person noted: Mind the annex.", "A person noted: Be brief."]
    assert fork.later_notes(trajectory, 2) == ["A person noted: Be brief."]
    assert fork.later_notes(trajectory, 3) == []


def test_a_note_stands_with_the_turn_it_was_for_not_with_the_one_before() -> None:
    trajectory = Trajectory.fold([reply(1, 1), note(2, 2, "Mind the annex.")])
    assert (trajectory.turns[0].notices, len(trajectory.root.notices)) == ([], 1)
    grown = trajectory.grown([reply(3, 2), note(4, 2, "Be brief.")])
    assert [notices.said(each) for each in grown.turns[1].notices] == [
        "A person noted: Mind the annex.",
        "A person noted: Be brief.",
    ]
    assert (grown.turns[0].notices, grown.root.notices, len(trajectory.root.notices)) == ([], [], 1)


def test_a_note_whose_turn_never_came_is_kept_and_left_behind_by_a_fork() -> None:
    trajectory = Trajectory.fold([reply(1, 1), note(2, 2, "Mind the annex.")])
    assert fork.later_notes(trajectory, 1) == ["A person noted: Mind the annex."]


@pytest.mark.parametrize(
    ("ran", "title"),
    [
        ("note = llm_query(context)", "Asked a model about the whole text"),
        ("print('mine')", "Ran code that a person had changed"),
    ],
)
def test_a_turn_whose_code_a_person_changed_is_called_after_what_ran(ran: str, title: str) -> None:
    turn = Turn(replace(reply(1, 1), reply="I look.\n```repl\nprint(llm_query_batched([context]))\n```"))
    assert intent.headline(turn) == "Asked models side by side"
    turn.cells.append(Cell(CellStarted(**COMMON, seq=2, iteration=1, cell=1, code=ran)))
    assert intent.headline(turn) == title


def test_a_notice_that_is_no_note_keeps_its_words() -> None:
    assert (
        notices.said(Noticed(**COMMON, seq=1, iteration=1, topic="paused", text="It stood still.")) == "It stood still."
    )
