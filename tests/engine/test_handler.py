import threading
import time

import pytest

from rlm_app.cancel import CancelToken
from rlm_app.clients.scripted import ScriptedClient
from rlm_app.engine.budget import Budget
from rlm_app.engine.handler import LMHandler, Models
from rlm_app.engine.journal import MemoryJournal, call_key
from rlm_app.errors import Cancelled, ClientError, LimitReached
from rlm_app.protocols import OnText, OnWait, ignore_text, ignore_wait
from rlm_app.types import Completion, Limits, Message, Request, Usage


def request(text: str = "hello") -> Request:
    return Request((Message("user", text),))


def handler(client: ScriptedClient, limits: Limits | None = None, journal: MemoryJournal | None = None) -> LMHandler:
    return LMHandler(Models(client, client), Budget(limits or Limits()), journal or MemoryJournal(), CancelToken())


def test_a_reply_is_recorded_and_charged() -> None:
    client = ScriptedClient(replies=["yes"], cost=0.5)
    gate = handler(client)
    assert gate.call(client, request(), role="root", call_id="0").text == "yes"
    assert gate.budget.usage.cost == 0.5


def test_a_recorded_call_is_answered_without_asking_again() -> None:
    journal = MemoryJournal()
    client = ScriptedClient(replies=["one", "two"], cost=0.5)
    first = handler(client, journal=journal)
    assert [first.call(client, request(), role="sub", call_id="0.1").text for _ in range(2)] == ["one", "two"]
    again = handler(client, journal=journal)
    replies = [again.call(client, request(), role="sub", call_id="0.1") for _ in range(2)]
    assert [reply.text for reply in replies] == ["one", "two"]
    assert all(reply.replayed for reply in replies)
    assert client.calls == 2
    assert again.budget.usage.cost == 1.0  # a run's spending is the same whether it was interrupted or not


def test_a_failed_call_is_sent_again() -> None:
    journal = MemoryJournal()
    client = ScriptedClient(replies=[ClientError("down"), "up"])
    with pytest.raises(ClientError, match="down"):
        handler(client, journal=journal).call(client, request(), role="sub", call_id="0.1")
    assert handler(client, journal=journal).call(client, request(), role="sub", call_id="0.1").text == "up"


def test_a_cancelled_run_sends_nothing_even_what_the_journal_has() -> None:
    client = ScriptedClient(replies=["yes"])
    gate = handler(client)
    gate.cancel.cancel()
    with pytest.raises(Cancelled):
        gate.call(client, request(), role="root", call_id="0")
    assert client.calls == 0


def test_a_call_over_the_limit_is_not_sent() -> None:
    client = ScriptedClient(replies=["a", "b", "c"], cost=0.5)
    gate = handler(client, Limits(cost=1.0))
    gate.call(client, request("1"), role="sub", call_id="0.1")
    gate.call(client, request("2"), role="sub", call_id="0.2")
    with pytest.raises(LimitReached):
        gate.call(client, request("3"), role="sub", call_id="0.3")
    assert client.calls == 2


class Crowd:
    """Counts how many calls are under way at once."""

    model = "crowd"

    def __init__(self) -> None:
        self.now = self.most = 0
        self._lock = threading.Lock()

    def completion(
        self,
        request: Request,
        cancel: CancelToken,
        on_text: OnText = ignore_text,
        on_wait: OnWait = ignore_wait,
    ) -> Completion:
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
        time.sleep(0.01)
        with self._lock:
            self.now -= 1
        return Completion("", self.model, Usage())

    def close(self) -> None:
        pass


def test_no_more_calls_are_under_way_than_the_limit_allows() -> None:
    crowd = Crowd()
    gate = LMHandler(Models(crowd, crowd), Budget(Limits(concurrency=4)), MemoryJournal(), CancelToken())
    threads = [
        threading.Thread(target=gate.call, args=(crowd, request(str(n))), kwargs={"role": "sub", "call_id": f"0.{n}"})
        for n in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert crowd.most == 4


def test_a_calls_key_is_its_content_and_nothing_else() -> None:
    one = call_key("sub", "m", request())
    assert one == call_key("sub", "m", request())
    others = {
        call_key("root", "m", request()),
        call_key("sub", "n", request()),
        call_key("sub", "m", request("hello ")),
        call_key("sub", "m", Request((Message("system", "hello"),))),
        call_key("sub", "m", Request((Message("user", "hello"),), params={"temperature": 0})),
    }
    assert len(others | {one}) == 6
