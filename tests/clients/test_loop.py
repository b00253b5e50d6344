from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import pytest

from rlm_app.cancel import CancelToken
from rlm_app.clients import loop
from rlm_app.clients.trouble import Trouble


async def _thread() -> str:
    return threading.current_thread().name


def test_work_of_all_threads_is_done_on_one_loop_of_one_thread() -> None:
    assert {loop.run(_thread()) for _ in range(3)} == {"clients"}
    assert sum(thread.name == "clients" for thread in threading.enumerate()) == 1


def test_pieces_arrive_in_this_thread_one_by_one_as_they_are_given() -> None:
    taken = threading.Event()

    async def work(give: Callable[[str], None]) -> None:
        give("one")
        while not taken.is_set():
            await asyncio.sleep(0.001)
        give("two")

    pieces = loop.pieces(work, CancelToken())
    assert next(pieces) == "one"
    taken.set()
    assert list(pieces) == ["two"]


def test_what_the_work_raises_is_raised_in_the_thread_that_waits() -> None:
    async def fail(give: Callable[[str], None]) -> None:
        give("one")
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        list(loop.pieces(fail, CancelToken()))


@pytest.mark.parametrize("stop", ["cancel", "close"])
def test_a_stop_or_a_closed_stream_cancels_the_work_so_that_it_closes_what_it_holds(stop: str) -> None:
    cancel, closed = CancelToken(), threading.Event()

    async def work(give: Callable[[str], None]) -> None:
        give("one")
        try:
            await asyncio.sleep(60)
        finally:
            closed.set()

    pieces = loop.pieces(work, cancel)
    assert next(pieces) == "one"
    if stop == "close":
        pieces.close()
    else:
        cancel.cancel()
        with pytest.raises(Trouble):
            next(pieces)
    assert closed.wait(5.0)


def test_work_for_a_run_that_was_stopped_gives_nothing() -> None:
    cancel = CancelToken()
    cancel.cancel()

    async def work(give: Callable[[str], None]) -> None:
        await asyncio.sleep(60)
        give("late")

    with pytest.raises(Trouble):
        list(loop.pieces(work, cancel))


def test_what_is_asked_aside_returns_or_raises_as_it_would_here() -> None:
    def fail() -> None:
        raise ValueError("no")

    assert loop.aside(lambda: threading.current_thread().name, CancelToken()) == "aside"
    with pytest.raises(ValueError, match="no"):
        loop.aside(fail, CancelToken())


def test_what_is_asked_aside_is_left_alone_when_the_call_is_stopped() -> None:
    cancel, let_go, asked = CancelToken(), threading.Event(), threading.Event()

    def slow() -> bool:
        asked.set()
        return let_go.wait(10)

    def stop() -> None:
        asked.wait(10)
        cancel.cancel()

    stopper = threading.Thread(target=stop)
    stopper.start()
    with pytest.raises(Trouble):
        loop.aside(slow, cancel)
    let_go.set()
    stopper.join()
