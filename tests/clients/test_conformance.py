"""What every client promises, one list for all; a new provider joins by adding its line to `CLIENTS`."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

import pytest

from rlm_app.cancel import CancelToken
from rlm_app.clients.offline import OfflineClient
from rlm_app.clients.openai import OpenAIClient
from rlm_app.clients.retry import Retry
from rlm_app.clients.scripted import ScriptedClient
from rlm_app.errors import Cancelled, ClientError
from rlm_app.protocols import Client
from rlm_app.types import Message, Request
from tests.servers.openai_server import OpenAIServer, Say

REQUEST = Request((Message("user", "Who pays?\n\nThe tenant pays the rent on Friday.\n\nSay who pays the rent."),))


@contextmanager
def openai(seconds: float = 0.0, fails: bool = False) -> Iterator[Client]:
    say = Say(status=500) if fails else Say("The tenant pays.", latency=seconds)
    with OpenAIServer([say]) as server:
        client = OpenAIClient("tiny", "sk-secret-1234567", server.url, retry=Retry(tries=1))
        yield client
        client.close()


@contextmanager
def scripted(seconds: float = 0.0, fails: bool = False) -> Iterator[Client]:
    reply = ClientError("It broke; try again.", retryable=True) if fails else "The tenant pays."
    yield ScriptedClient(replies=lambda request: reply, delay=seconds)


@contextmanager
def offline() -> Iterator[Client]:
    yield OfflineClient()


@dataclass(frozen=True)
class Maker:
    """How to make a client that answers, one that is slow, and one that fails; the last two where there is such."""

    answers: Callable[[], AbstractContextManager[Client]]
    slow: Callable[[], AbstractContextManager[Client]] | None = None
    failing: Callable[[], AbstractContextManager[Client]] | None = None


CLIENTS = {
    "openai": Maker(openai, lambda: openai(30.0), lambda: openai(fails=True)),
    "scripted": Maker(scripted, lambda: scripted(30.0), lambda: scripted(fails=True)),
    "offline": Maker(offline),
}
ALL = pytest.mark.parametrize("maker", CLIENTS.values(), ids=CLIENTS)
SLOW = pytest.mark.parametrize("make", [m.slow for m in CLIENTS.values() if m.slow], ids=["openai", "scripted"])
FAILING = pytest.mark.parametrize(
    "make", [m.failing for m in CLIENTS.values() if m.failing], ids=["openai", "scripted"]
)


@ALL
def test_the_pieces_make_the_text(maker: Maker) -> None:
    pieces: list[str] = []
    with maker.answers() as client:
        reply = client.completion(REQUEST, CancelToken(), pieces.append)
    assert reply.text == "".join(pieces)
    assert "tenant pays" in reply.text


@ALL
def test_a_reply_names_its_model_how_it_ended_and_how_long_it_took(maker: Maker) -> None:
    with maker.answers() as client:
        reply = client.completion(REQUEST, CancelToken())
        assert reply.model == client.model
    assert (reply.finish, reply.replayed, reply.stop) == ("stop", False, None)
    assert 0 <= reply.seconds < 30


@ALL
def test_usage_is_of_this_call_alone(maker: Maker) -> None:
    with maker.answers() as client:
        usages = [client.completion(REQUEST, CancelToken()).usage for _ in range(3)]
    assert [usage.calls for usage in usages] == [1, 1, 1]
    assert usages[0] == usages[1] == usages[2]
    assert (usages[0].input_tokens or 0) > 0
    assert (usages[0].output_tokens or 0) > 0


@ALL
def test_a_call_of_a_stopped_run_is_not_sent(maker: Maker) -> None:
    cancel = CancelToken()
    cancel.cancel()
    with maker.answers() as client, pytest.raises(Cancelled):
        client.completion(REQUEST, cancel)


@ALL
def test_sixty_four_threads_may_call_at_once(maker: Maker) -> None:
    with maker.answers() as client, ThreadPoolExecutor(64) as pool:
        texts = set(pool.map(lambda _: client.completion(REQUEST, CancelToken()).text, range(128)))
    assert len(texts) == 1


@ALL
def test_a_client_may_be_closed_without_having_been_used_and_twice(maker: Maker) -> None:
    with maker.answers() as client:
        client.close()
        client.close()


@SLOW
def test_a_stop_ends_a_call_under_way_at_once(make: Callable[[], AbstractContextManager[Client]]) -> None:
    cancel = CancelToken()
    with make() as client:
        timer = threading.Timer(0.3, cancel.cancel)
        timer.start()
        began = time.monotonic()
        with pytest.raises(Cancelled):
            client.completion(REQUEST, cancel)
        assert time.monotonic() - began < 5.0
        timer.join()


@FAILING
def test_a_failure_is_a_sentence_that_says_whether_trying_again_may_help(
    make: Callable[[], AbstractContextManager[Client]],
) -> None:
    with make() as client, pytest.raises(ClientError) as caught:
        client.completion(REQUEST, CancelToken())
    assert caught.value.retryable
    assert str(caught.value).endswith(".")
