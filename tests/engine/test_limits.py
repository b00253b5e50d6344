import random
import threading
import time
from collections.abc import Sequence

import pytest

from rlm_app.cancel import CancelToken
from rlm_app.engine.budget import RESERVE, Budget
from rlm_app.engine.handler import LMHandler, Models
from rlm_app.engine.journal import MemoryJournal
from rlm_app.engine.recorder import Recorder
from rlm_app.engine.runtime import Runtime
from rlm_app.engine.session import Job, run_job
from rlm_app.environments.local import LocalREPL
from rlm_app.events import Event, Noticed, RunFinished
from rlm_app.protocols import OnText, OnWait, ignore_text, ignore_wait
from rlm_app.types import Completion, Limits, Request, Stop, Usage
from tests.engine.loop import ANSWER, block, drive

CALLS = 200
FAN_OUT = f"```repl\nreplies = llm_query_batched([f'part {{n}}' for n in range({CALLS})])\nprint(len(replies))\n```"


class Costly:
    """A sub-model whose calls take time and money; it notes what was in flight when the limit was passed."""

    model = "sub"

    def __init__(self, seed: int, cost: float, seconds: float, threshold: float) -> None:
        self._random = random.Random(seed)
        self._cost = cost
        self._seconds = seconds
        self._threshold = threshold
        self._lock = threading.Lock()
        self._in_flight = 0
        self.spent = 0.0
        self.in_flight_at_limit: int | None = None

    def completion(
        self,
        request: Request,
        cancel: CancelToken,
        on_text: OnText = ignore_text,
        on_wait: OnWait = ignore_wait,
    ) -> Completion:
        with self._lock:
            self._in_flight += 1
            seconds = self._random.uniform(0, 2 * self._seconds)
        time.sleep(seconds)  # the length of a call is what is varied here
        with self._lock:
            self._in_flight -= 1
            self.spent += self._cost
            if self.spent >= self._threshold and self.in_flight_at_limit is None:
                self.in_flight_at_limit = self._in_flight
        return Completion("a reply", self.model, Usage(1, 10, 10, cost=self._cost))

    def close(self) -> None:
        """Nothing is held."""


class Wave(Costly):
    """A sub-model whose first calls end together, so that none of them knows what the others cost."""

    def __init__(self, count: int) -> None:
        super().__init__(1, cost=1.0, seconds=0.0, threshold=9.0)
        self._together = threading.Barrier(count, timeout=30.0)

    def completion(
        self,
        request: Request,
        cancel: CancelToken,
        on_text: OnText = ignore_text,
        on_wait: OnWait = ignore_wait,
    ) -> Completion:
        self._together.wait()
        return super().completion(request, cancel, on_text, on_wait)


class Root:
    """A root model that fans out in its first turn, and answers in words when it is asked to close."""

    model = "root"

    def __init__(self, cost: float) -> None:
        self._cost = cost
        self.prompts: list[str] = []

    def completion(
        self,
        request: Request,
        cancel: CancelToken,
        on_text: OnText = ignore_text,
        on_wait: OnWait = ignore_wait,
    ) -> Completion:
        self.prompts.append(request.messages[-1].content)
        text = FAN_OUT if len(self.prompts) == 1 else "What I know so far."
        return Completion(text, self.model, Usage(1, 10, 10, cost=self._cost))

    def close(self) -> None:
        """Nothing is held."""


def run(root: Root, sub: Costly, limits: Limits) -> tuple[Completion, Sequence[Event]]:
    events: list[Event] = []
    handler = LMHandler(Models(root, sub), Budget(limits), MemoryJournal(), CancelToken())
    completion = run_job(Runtime(handler, Recorder("run", events.append), LocalREPL()), Job("text", "What?"))
    return completion, events


@pytest.mark.parametrize("trial", range(54))
def test_a_money_limit_is_overrun_by_no_more_than_was_in_flight_and_an_answer_arrives(trial: int) -> None:
    concurrency = (1, 4, 16, 64, 200, 37)[trial % 6]
    cost = (0.001, 0.01, 0.004)[trial % 3]
    seconds = (0.0, 0.002, 0.008)[trial // 6 % 3] if concurrency > 4 else 0.0005
    limit = cost * (30.5, 90, 150)[trial % 3]
    threshold = limit * (1 - RESERVE)
    root, sub = Root(cost=cost), Costly(trial, cost, seconds, threshold - cost)
    completion, events = run(root, sub, Limits(cost=limit, concurrency=concurrency))
    assert sub.in_flight_at_limit is not None
    assert sub.in_flight_at_limit < concurrency
    assert sub.spent + cost <= threshold + cost * (sub.in_flight_at_limit + 1) + 1e-9
    assert completion.stop is Stop.COST
    finished = events[-1]
    assert isinstance(finished, RunFinished)
    assert (finished.stop, finished.answer) == (Stop.COST, completion.text)
    # The tenth that was kept back pays for a closing call, unless the first wave alone, of unknown cost, used that up too.
    by_model = len(root.prompts) == 2
    assert by_model or sub.spent + cost >= limit
    assert by_model or concurrency * cost >= limit - threshold
    assert completion.text.startswith("What I know so far." if by_model else "The run reached its limit (cost)")


def test_a_first_wave_that_costs_more_than_the_limit_still_leaves_a_labelled_answer() -> None:
    root, sub = Root(cost=0.0), Wave(64)
    completion, _ = run(root, sub, Limits(cost=10.0, concurrency=64))
    assert completion.stop is Stop.COST
    assert sub.spent == 64
    assert completion.text.startswith("The run reached its limit (cost) before the model wrote an answer")
    assert f"What its last code printed:\n\n{CALLS}\n" in completion.text


def test_a_limit_on_sub_calls_lets_through_exactly_so_many() -> None:
    root, sub = Root(cost=0.0), Costly(2, 0.001, 0.002, 1e9)
    completion, _ = run(root, sub, Limits(subcalls=50))
    assert round(sub.spent / 0.001) == 50
    assert completion.stop is Stop.SUBCALLS
    assert completion.text


def test_a_money_limit_says_once_which_model_it_cannot_hold() -> None:
    run = drive([block("llm_query_batched(['a', 'b', 'c'])"), ANSWER], limits=Limits(cost=1.0), cost=None)
    told = [event.text for event in run.events if isinstance(event, Noticed) and event.topic == "price unknown"]
    assert len(told) == 2
    assert "price of root is not known" in told[0]
    assert "price of sub is not known" in told[1]


@pytest.mark.parametrize(("limits", "cost"), [(Limits(), None), (Limits(cost=1.0), 0.0)])
def test_a_model_that_is_priced_or_not_limited_by_money_needs_no_such_word(limits: Limits, cost: float | None) -> None:
    run = drive([block("llm_query('a')"), ANSWER], limits=limits, cost=cost)
    assert "price unknown" not in run.topics
