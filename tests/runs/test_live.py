import itertools
import threading
from collections.abc import Callable
from typing import Any

from rlm_app.events import CellStarted, Event, ModelReplied, SubcallFinished, SubcallStarted
from rlm_app.runs.live import TAIL, LiveBoard, Phase
from rlm_app.types import Usage


def event(kind: Callable[..., Event], call_id: str = "0", **values: Any) -> Event:
    return kind(run_id="r", seq=1, at=0.0, call_id=call_id, parent_id=None, depth=0, iteration=1, **values)


def subcall(number: int) -> Event:
    return event(SubcallStarted, f"0.1.{number}", cell=1, role="llm", model="m", prompt="p")


def answer(number: int) -> Event:
    return event(SubcallFinished, f"0.1.{number}", cell=1, reply="r", model="m", usage=Usage())


def test_the_phase_follows_the_run() -> None:
    board = LiveBoard()
    seen = [board.snapshot().phase]
    board.enter(Phase.STARTING)
    steps: tuple[Callable[[], None], ...] = (
        lambda: board.signal("0", "thinking", ""),
        lambda: board.signal("0", "reply", "I will"),
        lambda: board.event(event(CellStarted, cell=1, code="1")),
        lambda: board.event(subcall(1)),
        lambda: board.event(subcall(2)),
        lambda: board.event(answer(1)),
        lambda: board.event(answer(2)),
        lambda: board.enter(Phase.STOPPING),
        lambda: board.signal("0", "thinking", ""),
    )
    for step in steps:
        step()
        seen.append(board.snapshot().phase)
    assert seen == [
        Phase.QUEUED,
        Phase.THINKING,
        Phase.WRITING,
        Phase.RUNNING_CODE,
        Phase.SUBCALLS,
        Phase.SUBCALLS,
        Phase.SUBCALLS,
        Phase.RUNNING_CODE,
        Phase.STOPPING,
        Phase.STOPPING,
    ]


def test_subcalls_under_way_are_counted() -> None:
    board = LiveBoard()
    for number in range(5):
        board.event(subcall(number))
    board.event(answer(3))
    assert board.snapshot().subcalls == 4


def test_since_is_when_the_phase_began_and_not_the_last_change() -> None:
    clock = itertools.count(100.0)
    board = LiveBoard(lambda: next(clock))
    board.signal("0", "thinking", "")
    board.signal("0", "reply", "a")
    began = board.snapshot().since
    board.signal("0", "reply", "b")
    assert board.snapshot().since == began


def test_reply_and_output_show_their_end_only() -> None:
    board = LiveBoard()
    for number in range(30_000):
        board.signal("0", "reply", f"{number} ")
        board.signal("0", "output", "x")
    live = board.snapshot()
    assert live.reply.endswith("29998 29999 ")
    assert (len(live.reply), len(live.output)) == (TAIL, TAIL)


def test_the_reply_goes_when_its_event_is_there_and_the_output_with_the_next_cell() -> None:
    board = LiveBoard()
    board.signal("0", "reply", "text")
    board.event(event(ModelReplied, messages=(), reply="text", model="m", usage=Usage()))
    assert board.snapshot().reply == ""
    board.signal("0", "output", "printed")
    board.event(event(CellStarted, cell=2, code="1"))
    assert board.snapshot().output == ""


def test_what_other_calls_write_is_not_shown() -> None:
    board = LiveBoard()
    before = board.snapshot()
    board.signal("0.1.1", "reply", "a sub-call's words")
    assert board.snapshot() == before


def test_a_wait_shows_until_something_goes_on() -> None:
    board = LiveBoard()
    steps: tuple[Callable[[], None], ...] = (
        lambda: board.signal("0", "reply", "I will"),
        lambda: board.event(answer(1)),
    )
    for goes_on in steps:
        board.signal("0", "waiting", "gpt waits 4 s: the provider asked to slow down.")
        assert board.snapshot().waits == "gpt waits 4 s: the provider asked to slow down."
        goes_on()
        assert board.snapshot().waits == ""


def test_the_version_grows_with_every_change_also_from_many_threads() -> None:
    board = LiveBoard()

    def write() -> None:
        for _ in range(500):
            board.signal("0", "output", "x")

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert board.snapshot().version == 2_000
    assert board.snapshot().output == "x" * 2_000
