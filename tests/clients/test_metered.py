"""Calls that the host pays for: how many may be under way at once, and what one counts for that was cut short."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from rlm_app.cancel import CancelToken
from rlm_app.clients.metered import MeteredClient
from rlm_app.errors import Cancelled, ClientError, LimitReached
from rlm_app.meter import Meter
from rlm_app.prices import ModelInfo, Rates
from rlm_app.protocols import OnText, OnWait, ignore_text, ignore_wait
from rlm_app.types import Completion, Message, Request, Usage

DOLLAR = ModelInfo("m", Rates(1.0, 1.0))
PROMPT = Request((Message("user", "x" * 2_000_000),))
"""Half a million tokens, and taken for a whole one before it is sent: at DOLLAR it may cost 1 USD, and costs 0.50."""


class Provider:
    """Answers when it is let go, and remembers how many it had at once."""

    model = "m"

    def __init__(self, failure: Exception | None = None, said: str = "") -> None:
        self.go = threading.Event()
        self.changed = threading.Condition()
        self.here = self.most = self.ended = 0
        self._failure, self._said = failure, said

    def completion(
        self, request: Request, cancel: CancelToken, on_text: OnText = ignore_text, on_wait: OnWait = ignore_wait
    ) -> Completion:
        with self.changed:
            self.here += 1
            self.most = max(self.most, self.here)
            self.changed.notify_all()
        cancel.on_cancel(self.go.set)
        self.go.wait(20)
        with self.changed:
            self.here -= 1
        on_text(self._said)
        if cancel.cancelled:
            raise Cancelled("The call was stopped.")
        if self._failure:
            raise self._failure
        return Completion("yes", "m", Usage(1, 500_000, 0, cost=0.5))

    def close(self) -> None:
        pass


def sent(client: MeteredClient, count: int, cancel: CancelToken | None = None) -> Callable[[], list[Exception]]:
    """Send calls from threads of their own; what is returned waits for all of them and gives what went wrong."""
    wrong: list[Exception] = []

    def call() -> None:
        try:
            client.completion(PROMPT, cancel or CancelToken())
        except (Cancelled, ClientError, LimitReached) as error:
            wrong.append(error)

    threads = [threading.Thread(target=call) for _ in range(count)]
    for thread in threads:
        thread.start()

    def ended() -> list[Exception]:
        for thread in threads:
            thread.join(20)
        return wrong

    return ended


def metered(provider: Provider, most: float | None) -> tuple[MeteredClient, Meter]:
    meter = Meter(most)
    return MeteredClient(provider, DOLLAR.cost, 0, meter), meter


def test_a_wide_batch_cannot_spend_more_than_is_left_by_one_call() -> None:
    provider = Provider()
    client, meter = metered(provider, 2.2)
    ended = sent(client, 60)
    with provider.changed:
        assert provider.changed.wait_for(lambda: provider.here == 2, 20)
    provider.go.set()
    wrong = ended()
    assert provider.most == 2
    assert all(isinstance(error, LimitReached) for error in wrong)
    assert (len(wrong), meter.spent) == (55, 2.5)


def test_where_nobody_is_held_to_money_calls_go_side_by_side() -> None:
    provider = Provider()
    client, meter = metered(provider, None)
    ended = sent(client, 20)
    with provider.changed:
        assert provider.changed.wait_for(lambda: provider.here == 20, 20)
    provider.go.set()
    assert ended() == []
    assert meter.spent == 10.0


def test_a_call_that_is_stopped_counts_for_its_prompt_and_one_that_waits_for_nothing() -> None:
    provider, cancel = Provider(), CancelToken()
    client, meter = metered(provider, 1.5)
    ended = sent(client, 3, cancel)
    with provider.changed:
        assert provider.changed.wait_for(lambda: provider.here == 1, 20)
    cancel.cancel()
    assert [type(error) for error in ended()] == [Cancelled] * 3
    assert meter.spent == 0.5
    with pytest.raises(Cancelled):
        client.completion(PROMPT, cancel)
    assert meter.spent == 0.5


@pytest.mark.parametrize(("said", "counts"), [("", 0.0), ("word " * 80_000, 0.6)])
def test_a_call_that_fails_counts_only_when_a_reply_had_begun(said: str, counts: float) -> None:
    provider = Provider(ClientError("The connection broke."), said)
    provider.go.set()
    client, meter = metered(provider, 2.0)
    assert len(sent(client, 1)()) == 1
    assert meter.spent == pytest.approx(counts)
