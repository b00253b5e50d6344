from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from rlm_app.cancel import CancelToken
from rlm_app.engine.journal import MemoryJournal
from rlm_app.engine.tree import RESUMED, Node
from rlm_app.errors import ClientError, ReplayDiverged
from rlm_app.events import CellFinished, Event, ModelReplied, Noticed, SubcallFinished
from rlm_app.types import Limits
from rlm_app.ui import axis
from tests.engine.loop import ANSWER, Reply, Run, block, drive

WORK: Sequence[Reply] = [
    block("parts = llm_query_batched([f'part {i}' for i in range(6)])\nprint(len(parts))"),
    block("total = rlm_query('sum them')\nprint(total)"),
    block('answer["content"] = total + str(len(parts))\nanswer["ready"] = True'),
]


def sub(request: Any) -> str:
    text = str(request)
    return block('FINAL("summed")') if "RLM" in text else "a reply"


def undisturbed() -> Run:
    return drive(WORK, sub=sub, limits=Limits(depth=2), cost=0.1)


def again(events: Sequence[Event], journal: MemoryJournal, replies: Sequence[Reply], **options: Any) -> Run:
    """Go on with a run of which `events` are kept."""
    return drive(replies, sub=sub, limits=Limits(depth=2), cost=0.1, journal=journal, before=events, **options)


def test_a_run_cut_off_after_any_event_is_resumed_to_the_same_answer_and_pays_for_nothing_twice() -> None:
    whole = undisturbed()
    assert whole.answer == "summed6"
    paid = whole.root.calls + whole.sub.calls
    for kept in range(1, len(whole.events)):
        events = whole.events[:kept]
        replied = sum(1 for event in events if isinstance(event, ModelReplied) and event.depth == 0)
        run = again(events, MemoryJournal(), WORK[replied:])
        ended = sum(1 for event in events if isinstance(event, SubcallFinished) and event.usage.calls == 1)
        child = sum(1 for event in events if isinstance(event, ModelReplied) and event.depth == 1)
        assert run.answer == "summed6", kept
        assert run.root.calls == len(WORK) - replied
        assert run.sub.calls <= paid - len(WORK) - min(ended, 6) - child
        assert [event.seq for event in (*events, *run.events)] == list(range(1, len(events) + len(run.events) + 1))
        told = run.trajectory
        assert len(told.turns) == 3
        assert [len(turn.subcalls) for turn in told.turns] == [6, 1, 0]
        assert told.usage.cost == pytest.approx(whole.trajectory.usage.cost)


def test_hours_in_which_a_run_that_was_cut_off_lay_still_are_no_time_of_any_turn_and_are_told_once() -> None:
    whole = undisturbed().events
    for kept in range(1, len(whole)):
        before = [replace(event, at=event.at - 3 * 3600) for event in whole[:kept]]
        replied = sum(isinstance(event, ModelReplied) and event.depth == 0 for event in before)
        told = again(before, MemoryJournal(), WORK[replied:]).trajectory
        notices = [notice for turn in told.turns for notice in turn.notices]
        assert [notice.topic for notice in notices] == [RESUMED], kept
        assert notices[0].seconds == pytest.approx(3 * 3600, abs=60)
        assert max(turn.seconds for node in nodes(told.root) for turn in node.turns) < 60
        assert axis.stretches(told.turns)[-1].end < 60


def nodes(node: Node) -> list[Node]:
    """Return the RLM and those below it."""
    below = [call.child for turn in node.turns for call in turn.subcalls if call.child is not None]
    return [node, *(each for child in below for each in nodes(child))]


def test_calls_in_the_journal_whose_events_were_lost_are_not_paid_again() -> None:
    journal = MemoryJournal()
    whole = drive(WORK, sub=sub, limits=Limits(depth=2), journal=journal)
    first_cell = next(n for n, event in enumerate(whole.events) if event.kind == "CellStarted")
    run = again(whole.events[: first_cell + 1], journal, [])
    assert run.answer == "summed6"
    assert run.root.calls == run.sub.calls == 0


def test_a_resumed_run_that_prints_something_else_stops_and_says_where() -> None:
    whole = drive([block("import random\nprint(random.random())"), block("x = 1"), ANSWER])
    run = drive([ANSWER], before=whole.events[:-2])
    assert isinstance(run.error, ReplayDiverged)
    assert (run.error.turn, run.error.cell) == (1, 1)
    tolerant = drive([ANSWER], before=whole.events[:-2], strict=False)
    assert tolerant.answer == "done"


def test_addresses_in_output_do_not_stop_a_replay() -> None:
    whole = drive([block("class A: pass\nprint(A())"), block("x = 1"), ANSWER])
    run = drive([ANSWER], before=[event for event in whole.events if event.seq < 8])
    assert run.answer == "done"


def test_a_raised_limit_continues_a_run_that_had_ended() -> None:
    replies = [block("x = 1"), block("x += 1"), "Partial.", block("print(x)"), ANSWER]
    limited = drive(replies[:3], limits=Limits(iterations=2))
    assert limited.stop == "iterations"
    run = drive(replies[3:], limits=Limits(iterations=9), before=limited.events)
    assert run.answer == "done"
    told = run.trajectory
    assert told.finished is not None
    assert told.finished.stop == "answered"
    assert run.root.calls == 2
    assert any(turn.reply.reply == replies[3] for turn in told.turns)
    assert "Turn 3 of 9" in run.shown(1)


def test_a_fork_replays_up_to_its_turn_for_nothing_and_goes_on_by_itself() -> None:
    whole = undisturbed()
    other = [block('answer["content"] = "other: " + str(len(parts))\nanswer["ready"] = True')]
    run = again(whole.events, MemoryJournal(), other, until=1, same_run=False)
    assert run.answer == "other: 6"
    assert run.root.calls == 1
    assert run.sub.calls == 0
    assert [event.seq for event in run.events] == list(range(1, len(run.events) + 1))
    assert [len(turn.subcalls) for turn in run.trajectory.turns] == [6, 0]
    assert all(call.finished and call.finished.replayed for call in run.trajectory.turns[0].subcalls)


def test_a_fork_with_another_system_prompt_tells_the_model_so_from_its_own_first_turn_on() -> None:
    whole = undisturbed()
    fork = again(
        whole.events, MemoryJournal(), [block("print(total)"), ANSWER], until=2, same_run=False, system_prompt="Mine."
    )
    assert fork.answer == "done"
    for turn in (1, 2):
        assert fork.prompt(turn).messages[0].content == "Mine."
        assert [message.role for message in fork.prompt(turn).messages[:3]] == ["system", "user", "assistant"]
    own = fork.trajectory.turns[2].reply
    assert own.restart
    assert own.messages == fork.prompt(1).messages  # the log shows what was really sent


@pytest.mark.parametrize("kept", [1, 2, 3])
def test_a_fork_with_another_system_prompt_is_resumed_with_it(kept: int) -> None:
    whole = undisturbed()
    replies = [block("print(total)"), ANSWER]
    fork = again(whole.events, MemoryJournal(), replies, until=2, same_run=False, system_prompt="Mine.")
    replied = [
        number for number, event in enumerate(fork.events, 1) if isinstance(event, ModelReplied) and not event.depth
    ]
    events = fork.events[: replied[kept]]
    run = drive(replies[max(0, kept - 1) :], sub=sub, limits=Limits(depth=2), before=events, system_prompt="Mine.")
    assert run.answer == "done"
    assert all(request.messages[0].content == "Mine." for request in run.root.requests)


def test_a_fork_that_changes_nothing_sends_the_recorded_prompt_on_as_it_was() -> None:
    whole = undisturbed()
    fork = again(whole.events, MemoryJournal(), [ANSWER], until=2, same_run=False)
    assert fork.prompt(1).messages[:4] == whole.prompt(2).messages[:4]
    assert not fork.trajectory.turns[2].reply.restart


@pytest.mark.parametrize(
    "code", ["import time; print(time.perf_counter_ns())", "import time; llm_query(str(time.perf_counter_ns()))"]
)
def test_a_last_cell_that_does_something_else_after_a_limit_belongs_to_its_own_turn(code: str) -> None:
    limited = drive([block("print('one')"), block(code), "Partial."], limits=Limits(iterations=2))
    assert limited.stop == "iterations"
    run = drive([ANSWER], limits=Limits(iterations=9), before=limited.events)
    assert run.answer == "done"
    turns = run.trajectory.turns
    assert [(turn.reply.iteration, turn.reply.purpose) for turn in turns] == [
        *[(1, "turn"), (2, "turn"), (3, "closing"), (3, "turn")]
    ]
    news = [
        event for event in run.events if isinstance(event, (CellFinished, SubcallFinished)) and event.iteration == 2
    ]
    assert news
    assert turns[1].cells[0].finished in news or turns[1].subcalls[-1].finished in news
    assert not turns[2].cells


def test_budget_tells_a_run_that_is_gone_through_again_what_it_told_the_first_time() -> None:
    asks = block("print(budget())\nprint(budget())\nprint(rlm_query('sum them'))")
    child = block("print(budget())\nFINAL('summed')")
    limits = Limits(seconds=600, cost=1.0, depth=2)
    whole = drive([asks, block("print(2)"), ANSWER], sub=[child], limits=limits, cost=0.01)
    assert "seconds" in whole.stdout(1)
    cut = next(
        number for number, event in enumerate(whole.events) if isinstance(event, ModelReplied) and event.iteration == 3
    )
    resumed = drive([ANSWER], limits=Limits(seconds=900, depth=2), cost=0.01, before=whole.events[:cut])
    assert resumed.answer == "done"
    told = [event.topic for event in resumed.events if isinstance(event, Noticed)]
    assert told == [RESUMED]  # what budget() said stands in the record already
    for changed in (Limits(depth=2), Limits(seconds=5, tokens=10**6, depth=2)):
        fork = drive([ANSWER], limits=changed, cost=0.01, before=whole.events, until=2, same_run=False)
        assert fork.answer == "done"
        assert fork.stdout(1) == whole.stdout(1)


@pytest.mark.parametrize("turns", [1, 4])
def test_a_forked_child_keeps_its_turns_however_many_and_pays_for_none_again(turns: int) -> None:
    child = [block("print(llm_query('a part'))"), "a reply"] * (turns - 1)
    root = [block("print(rlm_query('a job'))"), block("print(llm_query('later'))"), ANSWER]
    whole = drive(root, sub=[*child, ANSWER, "late"], limits=Limits(depth=2))
    run = drive([ANSWER], limits=Limits(depth=2), before=whole.events, until=1, same_run=False)
    kept = run.trajectory.turns[0].subcalls[0].child
    assert kept is not None
    assert len(kept.turns) == turns
    assert (run.sub.calls, run.answer) == (0, "done")


def test_a_sub_call_that_failed_in_the_turn_that_was_cut_off_is_made_again() -> None:
    failing = drive([block("print(llm_query('a'))"), ANSWER], sub=[ClientError("down")])
    cut = [event for event in failing.events if event.kind != "CellFinished"][:5]
    run = drive([ANSWER], sub=["up"], before=cut)
    assert run.sub.calls == 1
    told = run.trajectory
    finished = told.turns[0].cells[0].finished
    assert finished is not None
    assert finished.stdout == "up\n"


def test_a_failure_the_model_has_gone_on_from_stays_a_failure() -> None:
    failing = drive([block("r = llm_query('a')\nprint(r)"), block("print(1)"), ANSWER], sub=[ClientError("down")])
    settled = [event for event in failing.events if not (isinstance(event, ModelReplied) and event.iteration == 3)]
    run = drive([ANSWER], sub=["up"], before=settled[:-1])
    assert run.answer == "done"
    assert run.sub.calls == 0


def test_the_same_prompt_asked_again_after_a_resume_is_a_new_call() -> None:
    journal = MemoryJournal()
    replies = [block("a = llm_query('same')"), block("b = llm_query('same')\nprint(a, b)"), ANSWER]
    whole = drive(replies, sub=["one", "two"], journal=journal)
    cut = [event for event in whole.events if event.seq <= 6]
    run = drive(replies[1:], sub=["three"], journal=MemoryJournal(), before=cut)
    assert run.stdout(2) == "one three\n"
    assert drive(replies[1:], journal=journal, before=cut).stdout(2) == "one two\n"


def test_a_stopped_run_can_go_on() -> None:
    cancel = CancelToken()

    def stop(event: Event) -> None:
        if isinstance(event, SubcallFinished):
            cancel.cancel()

    journal = MemoryJournal()
    stopped = drive(WORK, sub=sub, limits=Limits(depth=2), cancel=cancel, journal=journal, on_event=stop)
    assert stopped.stop == "cancelled"
    run = again(stopped.events, journal, WORK[1:])
    assert run.answer == "summed6"
    assert run.trajectory.turns[0].cells[0].finished is not None
