from __future__ import annotations

import threading
from collections.abc import Sequence

from rlm_app.cancel import CancelToken
from rlm_app.engine.budget import Budget
from rlm_app.engine.handler import LMHandler, Models
from rlm_app.engine.journal import MemoryJournal
from rlm_app.engine.recorder import Recorder
from rlm_app.engine.runtime import Runtime
from rlm_app.engine.session import Job, run_job
from rlm_app.engine.trajectory import Trajectory
from rlm_app.engine.waits import Waits
from rlm_app.environments.local import LocalREPL
from rlm_app.events import Event, Noticed
from rlm_app.protocols import OnText, OnWait, ignore_text, ignore_wait
from rlm_app.types import Completion, Limits, Request, Usage
from tests.engine.loop import ANSWER, block

SLOW_DOWN = "the provider asked to slow down"


class Busy:
    """A model whose every call is told to wait `seconds` before it answers; calls of one batch wait together."""

    def __init__(self, model: str, replies: Sequence[str], seconds: float, together: int = 1) -> None:
        self.model = model
        self._replies = iter(replies)
        self._seconds = seconds
        self._together = threading.Barrier(together, timeout=10.0)

    def completion(
        self,
        request: Request,
        cancel: CancelToken,
        on_text: OnText = ignore_text,
        on_wait: OnWait = ignore_wait,
    ) -> Completion:
        self._together.wait()
        on_wait(self._seconds, SLOW_DOWN)
        return Completion(next(self._replies), self.model, Usage(1, 1, 1))

    def close(self) -> None:
        """Nothing is held."""


def run(root: Busy, sub: Busy) -> tuple[list[Event], list[tuple[str, str, str]]]:
    events: list[Event] = []
    signals: list[tuple[str, str, str]] = []
    handler = LMHandler(Models(root, sub), Budget(Limits()), MemoryJournal(), CancelToken())
    runtime = Runtime(
        handler, Recorder("run", events.append), LocalREPL(), signals=lambda *signal: signals.append(signal)
    )
    assert run_job(runtime, Job("text", "What?")).text == "done"
    return events, signals


def told(events: Sequence[Event]) -> list[tuple[str, int, str]]:
    return [(event.call_id, event.iteration, event.text) for event in events if isinstance(event, Noticed)]


def test_a_wait_of_the_root_model_is_a_signal_and_an_event_of_its_turn() -> None:
    events, signals = run(Busy("root", [ANSWER], 4.2), Busy("sub", [], 0.0))
    text = "root waits 4 s: the provider asked to slow down."
    assert told(events) == [("0", 1, text)]
    assert ("0", "waiting", text) in signals
    (turn,) = Trajectory.fold(events).turns
    assert [notice.text for notice in Trajectory.fold(events).root.notices + turn.notices] == [text]


def test_sixteen_sub_calls_that_wait_together_are_told_of_once_at_the_turn_that_made_them() -> None:
    batch = block("print(len(llm_query_batched([f'part {n}' for n in range(16)])))")
    events, signals = run(Busy("root", [batch, ANSWER], 0.0), Busy("sub", ["reply"] * 16, 0.4, together=16))
    waits = [notice for notice in told(events) if notice[2].startswith("sub")]
    assert waits == [("0", 1, "sub waits 0.4 s: the provider asked to slow down.")]
    assert sum(kind == "waiting" and text.startswith("sub") for _, kind, text in signals) == 16
    assert not any(subcall.child for turn in Trajectory.fold(events).turns for subcall in turn.cells[0].subcalls)


def test_a_wait_is_news_when_it_ends_later_than_what_is_known() -> None:
    now = 100.0
    waits = Waits(lambda: now)
    assert waits.is_news("m", 4.0)
    assert not waits.is_news("m", 4.5)
    assert waits.is_news("m", 8.0)
    assert waits.is_news("another", 1.0)
    now = 105.0
    assert not waits.is_news("m", 2.0)
    assert waits.is_news("m", 4.0)
