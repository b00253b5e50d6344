from __future__ import annotations

import threading
import time

import pytest

from rlm_app.cancel import CancelToken
from rlm_app.events import CellFinished, CellStarted, Event, ModelReplied, Noticed
from rlm_app.steering import Halt, Steering
from tests.engine.loop import ANSWER, Run, block, drive

HALT = Halt(2, ("print(1)",))


def standing(steering: Steering, cancel: CancelToken) -> tuple[threading.Thread, list[object]]:
    """Bring a run to a halt in a thread of its own; return it and where it puts what it was told."""
    told: list[object] = []
    thread = threading.Thread(target=lambda: told.append(steering.halt(HALT, cancel)))
    thread.start()
    end = time.monotonic() + 10
    while steering.halted is None and time.monotonic() < end:
        time.sleep(0.001)
    assert steering.halted == HALT
    return thread, told


def test_a_run_nobody_paused_does_not_stand_still() -> None:
    orders = Steering().halt(HALT, CancelToken())
    assert (orders.cells, orders.seconds) == (HALT.cells, 0.0)


def test_a_paused_run_stands_still_until_it_is_told_to_go_on_with_other_cells_and_a_note() -> None:
    steering = Steering()
    steering.pause()
    thread, told = standing(steering, CancelToken())
    steering.go_on("Look at page 2.", ("print(2)",))
    thread.join(10)
    assert told[0].cells == ("print(2)",)  # type: ignore[attr-defined]
    assert not steering.paused
    assert steering.halted is None
    assert steering.take_notes() == ("Look at page 2.",)
    assert steering.take_notes() == ()


def test_one_step_stands_still_again_at_the_next_halt() -> None:
    steering = Steering()
    steering.pause()
    thread, _ = standing(steering, CancelToken())
    steering.go_on(one_step=True)
    thread.join(10)
    thread, _ = standing(steering, CancelToken())
    steering.go_on()
    thread.join(10)
    assert not thread.is_alive()


def test_time_in_which_a_run_stands_still_is_told_while_it_does_and_afterwards() -> None:
    now = [100.0]
    steering = Steering(lambda: now[0])
    steering.pause()
    thread, _ = standing(steering, CancelToken())
    now[0] = 107.0
    assert steering.stood == 7.0
    steering.go_on()
    thread.join(10)
    now[0] = 150.0
    assert steering.stood == 7.0


@pytest.mark.parametrize("cells", [(), ("a", "b")])
def test_cells_that_are_not_as_many_as_those_that_wait_change_nothing(cells: tuple[str, ...]) -> None:
    steering = Steering()
    steering.pause()
    thread, told = standing(steering, CancelToken())
    steering.go_on(cells=cells)
    thread.join(10)
    assert told[0].cells == HALT.cells  # type: ignore[attr-defined]


def test_stopping_wakes_a_paused_run() -> None:
    steering, cancel = Steering(), CancelToken()
    steering.pause()
    thread, _ = standing(steering, cancel)
    cancel.cancel()
    thread.join(10)
    assert not thread.is_alive()


WORK = [block("print('first')"), block("x = 'mine'\nprint(x)"), ANSWER]


def steered() -> Run:
    """Let a person pause a run in turn 2, change the cell that waits, and leave a note for turn 3."""
    steering = Steering()

    def person() -> None:
        until(steering, Halt(2))
        steering.go_on(one_step=True)
        until(steering, Halt(2, ("x = 'mine'\nprint(x)",)))
        steering.go_on("Mind the schedule.", ("x = 'yours'\nprint(x)",))

    def after_first(event: Event) -> None:
        if isinstance(event, CellFinished) and event.iteration == 1:
            steering.pause()

    thread = threading.Thread(target=person)
    thread.start()
    run = drive(WORK, steering=steering, on_event=after_first)
    thread.join(10)
    assert not thread.is_alive()
    return run


def until(steering: Steering, halt: Halt) -> None:
    end = time.monotonic() + 30
    while steering.halted != halt and time.monotonic() < end:
        time.sleep(0.001)
    assert steering.halted == halt


def test_a_changed_cell_runs_the_model_is_told_and_each_thing_a_person_did_is_an_event() -> None:
    run = steered()
    assert run.answer == "done"
    assert run.stdout(2) == "yours\n"
    assert run.topics == ["paused", "paused", "cell edited", "note added"]
    stood = [event.seconds for event in run.events if isinstance(event, Noticed)]
    assert all(stood[:2])
    assert stood[2:] == [0.0, 0.0]
    assert "Mind the schedule." in run.shown(3)
    assert "changed code block 1" in run.shown(3)
    assert "x = 'yours'" in run.shown(3)
    assert "Mind the schedule." not in run.shown(2)


def test_a_resumed_run_honours_what_a_person_did_wherever_it_was_cut_off() -> None:
    whole = steered()
    edited = next(n for n, event in enumerate(whole.events) if isinstance(event, CellStarted) and event.iteration == 2)
    for kept in range(edited + 1, len(whole.events)):
        events = whole.events[:kept]
        replied = sum(1 for event in events if isinstance(event, ModelReplied))
        run = drive(WORK[replied:], before=events)
        assert run.answer == "done", run.error
        (cell,) = run.trajectory.turns[1].cells[-1:]
        assert cell.started.code == "x = 'yours'\nprint(x)"
        if any(isinstance(event, Noticed) and event.topic == "note added" for event in events) and replied < 3:
            assert "Mind the schedule." in run.shown(1)
        notes = [e for e in (*events, *run.events) if isinstance(e, Noticed) and e.topic == "cell edited"]
        assert len(notes) == 1
