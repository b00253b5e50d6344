"""What every client promises, and what every client of a hosted provider does, one list for all; see `providers.py`."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest

from rlm_app.cancel import CancelToken
from rlm_app.clients.hosted import Terms
from rlm_app.clients.offline import OfflineClient
from rlm_app.clients.pool import Pool
from rlm_app.clients.retry import Retry
from rlm_app.clients.scripted import ScriptedClient
from rlm_app.errors import Cancelled, ClientError, ContextTooLong
from rlm_app.protocols import Client
from rlm_app.types import Completion, Message, Request, Usage
from tests.clients.providers import HOSTED, KEY, PROVIDERS, Hosted
from tests.servers.raw_server import RawServer, say
from tests.servers.site import Asked, Say, Site, event

REQUEST = Request((Message("user", "Who pays?\n\nThe tenant pays the rent on Friday.\n\nSay who pays the rent."),))
ONCE = Retry(tries=1)


@contextmanager
def scripted() -> Iterator[Client]:
    yield ScriptedClient(replies=lambda request: "The tenant pays.")


@contextmanager
def offline() -> Iterator[Client]:
    yield OfflineClient()


def answering(hosted: Hosted) -> Callable[[], AbstractContextManager[Client]]:
    @contextmanager
    def serve() -> Iterator[Client]:
        with hosted.serving([Say("The tenant pays.")]) as site:
            client = hosted.make(site)
            yield client
            client.close()

    return serve


ALL = pytest.mark.parametrize(
    "make",
    [
        pytest.param(scripted, id="scripted"),
        pytest.param(offline, id="offline"),
        *(pytest.param(answering(param.values[0]), id=param.id, marks=param.marks) for param in PROVIDERS),  # type: ignore[arg-type]
    ],
)
EACH = pytest.mark.parametrize("hosted", PROVIDERS)
Make = Callable[[], AbstractContextManager[Client]]


@ALL
def test_the_pieces_make_the_text(make: Make) -> None:
    pieces: list[str] = []
    with make() as client:
        reply = client.completion(REQUEST, CancelToken(), pieces.append)
    assert reply.text == "".join(pieces)
    assert "tenant pays" in reply.text


@ALL
def test_a_reply_names_its_model_how_it_ended_and_how_long_it_took(make: Make) -> None:
    with make() as client:
        reply = client.completion(REQUEST, CancelToken())
        assert reply.model == client.model
    assert (reply.finish, reply.replayed, reply.stop) == ("stop", False, None)
    assert 0 <= reply.seconds < 30


@ALL
def test_usage_is_of_this_call_alone(make: Make) -> None:
    with make() as client:
        usages = [client.completion(REQUEST, CancelToken()).usage for _ in range(3)]
    assert [usage.calls for usage in usages] == [1, 1, 1]
    assert usages[0] == usages[1] == usages[2]
    assert (usages[0].input_tokens or 0) > 0
    assert (usages[0].output_tokens or 0) > 0


@ALL
def test_a_call_of_a_stopped_run_is_not_sent(make: Make) -> None:
    cancel = CancelToken()
    cancel.cancel()
    with make() as client, pytest.raises(Cancelled):
        client.completion(REQUEST, cancel)


def call(hosted: Hosted, *script: Say, request: Request = REQUEST, **options: Any) -> tuple[Completion, Site]:
    with hosted.serving(script or (Say(),)) as site:
        client = hosted.make(site, **options)
        try:
            return client.completion(request, CancelToken()), site
        finally:
            client.close()


def failure(hosted: Hosted, *script: Say, requests: int = 1, **options: Any) -> ClientError:
    with hosted.serving(script) as site:
        client = hosted.make(site, **options)
        with pytest.raises(ClientError) as caught:
            client.completion(REQUEST, CancelToken())
        client.close()
    assert KEY not in str(caught.value) + repr(caught.value) + repr(client)
    assert caught.value.__cause__ is None
    assert len(site.asked) == requests
    return caught.value


@EACH
def test_a_client_that_is_not_used_opens_nothing_and_may_be_closed_twice(hosted: Hosted) -> None:
    with hosted.serving() as site:
        client = hosted.make(site)
        client.close()
        client.close()
        assert site.connections == 0


@EACH
def test_a_reply_arrives_piece_by_piece_with_the_usage_the_provider_sent(hosted: Hosted) -> None:
    pieces: list[str] = []
    with hosted.serving([Say("one two three", usage=Usage(1, 100, 20, 64, 12))]) as site:
        client = hosted.make(site)
        reply = client.completion(REQUEST, CancelToken(), pieces.append)
        client.close()
    assert pieces == ["one", " two", " three"]
    assert reply.text == "one two three"
    assert (reply.usage.input_tokens, reply.usage.output_tokens) == (100, 20)
    assert (reply.usage.cached_tokens, reply.usage.reasoning_tokens) == (64, 12)
    assert not reply.usage.estimated


@EACH
def test_a_price_is_asked_for_where_the_provider_states_no_cost(hosted: Hosted) -> None:
    reply, _ = call(hosted, Say(usage=Usage(1, 6, 4)), price=lambda usage: usage.tokens * 0.5)
    assert reply.usage.cost == 5.0
    assert call(hosted)[0].usage.cost is None


@EACH
def test_usage_that_is_missing_is_counted_here_and_marked_estimated(hosted: Hosted) -> None:
    reply, _ = call(hosted, Say("four score", usage=None))
    assert reply.usage.estimated
    assert (reply.usage.output_tokens, reply.usage.cost) == (3, None)
    assert (reply.usage.input_tokens or 0) > 10


@EACH
def test_a_reply_without_content_is_an_empty_text(hosted: Hosted) -> None:
    assert call(hosted, Say(None))[0].text == ""


@EACH
def test_reasoning_is_kept_apart_from_the_text(hosted: Hosted) -> None:
    reply, _ = call(hosted, Say("four", reasoning="let me think"))
    assert (reply.reasoning, reply.text) == ("let me think", "four")


@EACH
def test_a_reply_that_did_not_end_of_itself_says_why(hosted: Hosted) -> None:
    for finish in hosted.ends:
        assert call(hosted, Say("I will", finish=finish))[0].finish == finish


@EACH
def test_a_provider_that_asks_to_slow_down_is_waited_for_and_the_wait_is_told(hosted: Hosted) -> None:
    waits: list[tuple[float, str]] = []
    with hosted.serving([hosted.trouble["busy"], Say()]) as site:
        client = hosted.make(site)
        began = time.monotonic()
        reply = client.completion(REQUEST, CancelToken(), on_wait=lambda *wait: waits.append(wait))
        client.close()
    assert reply.text == "hello there"
    ((seconds, reason),) = waits
    assert 0.05 <= seconds <= time.monotonic() - began
    assert reason == "the provider asked to slow down"


@EACH
def test_a_provider_that_fails_twice_is_asked_a_third_time(hosted: Hosted) -> None:
    fault = hosted.trouble["fault"]
    reply, site = call(hosted, fault, fault, Say())
    assert reply.text == "hello there"
    assert len(site.asked) == 3


@EACH
def test_tries_are_bounded_and_counted(hosted: Hosted) -> None:
    error = failure(hosted, hosted.trouble["fault"], requests=3)
    assert error.retryable
    assert "3 tries" in str(error)


@EACH
@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("key", "refused the key"),
        ("rights", "does not let this key use tiny"),
        ("model", "does not know the model tiny"),
        ("quota", "quota"),
        ("bad", "temperature"),
    ],
)
def test_a_refusal_says_what_to_do_and_is_not_tried_again(hosted: Hosted, what: str, words: str) -> None:
    error = failure(hosted, hosted.trouble[what])
    assert words in str(error)
    assert not error.retryable


@EACH
def test_a_prompt_with_half_of_a_letter_in_it_is_sent_with_a_mark_in_its_place(hosted: Hosted) -> None:
    _, site = call(hosted, request=Request((Message("user", "Who pays \ud83d\ude00 \ud83d?"),)))
    assert "Who pays 😀 \ufffd?" in json.dumps(site.bodies[-1], ensure_ascii=False)


@EACH
def test_a_prompt_that_the_provider_finds_too_long_has_its_own_error(hosted: Hosted) -> None:
    assert isinstance(failure(hosted, hosted.trouble["long"]), ContextTooLong)


@EACH
def test_a_prompt_that_surely_does_not_fit_is_not_sent(hosted: Hosted) -> None:
    assert isinstance(failure(hosted, Say(), requests=0, context_window=10), ContextTooLong)


@EACH
def test_an_output_limit_of_the_model_is_sent_unless_the_request_has_its_own(hosted: Hosted) -> None:
    _, site = call(hosted, max_output_tokens=4321)
    assert "4321" in json.dumps(site.bodies[0])
    own = Request(REQUEST.messages, max_output_tokens=1234)
    _, site = call(hosted, request=own, max_output_tokens=4321)
    assert "1234" in json.dumps(site.bodies[0])
    assert "4321" not in json.dumps(site.bodies[0])


@EACH
@pytest.mark.parametrize("say", [Say(latency=30.0), Say("a b c d", pause=30.0)], ids=["before", "within"])
def test_a_provider_that_falls_silent_is_given_up(hosted: Hosted, say: Say) -> None:
    error = failure(hosted, say, timeout=0.2, retry=ONCE)
    assert error.retryable
    assert "in time" in str(error)


@EACH
def test_a_connection_cut_before_the_reply_is_tried_again(hosted: Hosted) -> None:
    reply, site = call(hosted, Say(cut_after=0), Say())
    assert reply.text == "hello there"
    assert len(site.asked) == 2


@EACH
def test_a_reply_cut_in_the_middle_is_an_error_and_not_tried_again(hosted: Hosted) -> None:
    error = failure(hosted, Say("one two three four five six seven eight", cut_after=6))
    assert error.retryable


@EACH
def test_an_error_within_the_stream_is_an_error_and_what_came_before_it_no_reply(hosted: Hosted) -> None:
    error = hosted.trouble["fault"].error
    fault = event(error, error.get("type", ""))
    begun = hosted.dialect(Say("one two", finish=None, usage=None), Asked("POST", "", {}, {"model": "tiny"})).parts
    reply, site = call(hosted, Say(raw=[fault]), Say())
    assert (reply.text, len(site.asked)) == ("hello there", 2)
    assert failure(hosted, Say(raw=[*begun, fault])).retryable


@EACH
def test_a_reply_that_ends_without_a_word_that_it_is_whole_is_not_taken_for_whole(hosted: Hosted) -> None:
    assert failure(hosted, Say(finish=None, usage=None), retry=ONCE).retryable


@EACH
@pytest.mark.parametrize("say", [Say(latency=30.0), Say("a b c d", pause=30.0)], ids=["before", "within"])
def test_a_stop_ends_the_call_at_once_and_the_provider_sees_it(hosted: Hosted, say: Say) -> None:
    with hosted.serving([Say(), say]) as site:
        client, cancel = hosted.make(site), CancelToken()
        client.completion(REQUEST, cancel)  # so that the stopped call is one on a used connection
        stopper = stop_after(site, 2, cancel)
        began = time.monotonic()
        with pytest.raises(Cancelled):
            client.completion(REQUEST, cancel)
        assert time.monotonic() - began < 10.0
        assert site.wait_for(lambda: site.disconnects == 1)
        assert len(site.asked) == 2
        stopper.join()
        client.close()


@EACH
def test_a_stop_ends_the_wait_between_tries(hosted: Hosted) -> None:
    with hosted.serving([hosted.trouble["fault"]]) as site:
        client, cancel = hosted.make(site, retry=Retry(first=60.0, most=60.0)), CancelToken()
        with pytest.raises(Cancelled):
            client.completion(REQUEST, cancel, on_wait=lambda seconds, reason: cancel.cancel())
        client.close()


@EACH
def test_two_hundred_calls_at_once_share_connections_and_each_has_its_own_usage(hosted: Hosted) -> None:
    def own(asked: Asked) -> Say:
        number = number_in(asked)
        return Say(f"reply {number}", usage=Usage(1, 1000 + number, 1 + number), latency=0.01)

    with hosted.serving(own) as site, ThreadPoolExecutor(80) as threads:
        client = hosted.make(site)
        requests = [Request((Message("user", f"this is number {number} of them"),)) for number in range(200)]
        replies = list(threads.map(lambda request: client.completion(request, CancelToken()), requests))
        client.close()
    assert [reply.text for reply in replies] == [f"reply {number}" for number in range(200)]
    used = [(reply.usage.calls, reply.usage.input_tokens, reply.usage.output_tokens) for reply in replies]
    assert used == [(1, 1000 + number, 1 + number) for number in range(200)]
    assert len(site.asked) == 200
    assert site.most_in_flight <= 64
    assert site.connections <= 64


@EACH
def test_models_of_one_run_share_its_connections(hosted: Hosted) -> None:
    pool = Pool(4)
    with hosted.serving() as site:
        clients = [hosted.make(site, pool=pool) for _ in range(2)]
        for client in clients * 2:
            client.completion(REQUEST, CancelToken())
        for client in clients:
            client.close()
        assert site.connections == 1
        pool.close()


@EACH
def test_the_provider_can_be_asked_what_models_it_has(hosted: Hosted) -> None:
    with hosted.serving() as site:
        client = hosted.make(site)
        names = client.models(CancelToken())
        client.close()
    assert len(names) == 2
    assert all(names)


@EACH
def test_asking_for_the_models_with_a_wrong_key_says_so(hosted: Hosted) -> None:
    with hosted.serving([hosted.trouble["key"]]) as site:
        client = hosted.make(site)
        with pytest.raises(ClientError, match="refused the key") as caught:
            client.models(CancelToken())
        client.close()
    assert KEY not in str(caught.value)


@EACH
def test_an_address_without_a_list_of_models_is_not_said_to_lack_the_model(hosted: Hosted) -> None:
    with hosted.serving([Say(status=404, error={"error": {"message": "Not Found"}})]) as site:
        client = hosted.make(site)
        with pytest.raises(ClientError) as caught:
            client.models(CancelToken())
        client.close()
    assert "list of models" in str(caught.value)
    assert "tiny" not in str(caught.value)


@pytest.mark.parametrize("hosted", [each for each in HOSTED.values() if not each.slow], ids=lambda each: each.base)
def test_a_redirection_is_told_with_where_it_leads_and_not_followed_with_the_key(hosted: Hosted) -> None:
    there = "https://elsewhere.example/v1"
    error = failure(hosted, Say(status=307, headers={"location": there}, error={}))
    assert there in str(error)
    assert "base URL" in str(error)


@pytest.mark.parametrize("hosted", [each for each in HOSTED.values() if not each.slow], ids=lambda each: each.base)
@pytest.mark.parametrize("body", [b"[]", b"null", b"<html>Hello</html>", b"[" * 100_000])
def test_a_list_of_models_that_is_none_is_told_as_such(hosted: Hosted, body: bytes) -> None:
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body)
    with RawServer([say(head + body)]) as server:
        client = hosted.client("tiny", KEY, f"http://127.0.0.1:{server.port}", Terms(options=hosted.options or {}))
        with pytest.raises(ClientError, match="no list of models"):
            client.models(CancelToken())
        client.close()


@EACH
def test_a_stop_ends_asking_for_the_models_at_once(hosted: Hosted) -> None:
    with hosted.serving([Say(), Say(latency=30.0)]) as site:
        client, cancel = hosted.make(site), CancelToken()
        client.completion(REQUEST, CancelToken())  # so that what is slow to import is there
        stopper = stop_after(site, 2, cancel)
        began = time.monotonic()
        with pytest.raises(Cancelled):
            client.models(cancel)
        assert time.monotonic() - began < 10.0
        stopper.join()
        client.close()


@EACH
def test_a_provider_that_is_not_there_is_named_with_what_to_do(hosted: Hosted) -> None:
    with hosted.serving() as gone:
        client = hosted.make(gone, retry=ONCE)
    with pytest.raises(ClientError, match=r"Nothing answers at .*change the base URL in Settings"):
        client.completion(REQUEST, CancelToken())
    client.close()


def stop_after(site: Site, requests: int, cancel: CancelToken) -> threading.Thread:
    def stop() -> None:
        site.wait_for(lambda: len(site.asked) == requests)
        cancel.cancel()

    thread = threading.Thread(target=stop)
    thread.start()
    return thread


def number_in(asked: Asked) -> int:
    found = re.search(r"number (\d+) of", json.dumps(asked.body))
    assert found
    return int(found[1])
