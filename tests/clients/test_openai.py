from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from rlm_app.cancel import CancelToken
from rlm_app.clients.openai import OpenAIClient
from rlm_app.clients.retry import Retry
from rlm_app.errors import Cancelled, ClientError, ConfigError, ContextTooLong
from rlm_app.types import Completion, Message, Request, Usage
from tests.servers.openai_server import OpenAIServer, Say

KEY = "sk-secret-0123456789"
QUICK = Retry(tries=3, first=0.01, most=0.02, patience=2.0)


def ask(text: str = "say hello", **more: Any) -> Request:
    return Request((Message("system", "be brief"), Message("user", text)), **more)


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as running:
        yield running


def call(server: OpenAIServer, *script: Say, request: Request | None = None, **options: Any) -> Completion:
    server.script = script or server.script
    client = OpenAIClient("tiny", KEY, server.url, retry=QUICK, **options)
    try:
        return client.completion(request or ask(), CancelToken())
    finally:
        client.close()


def stop_after(server: OpenAIServer, requests: int, cancel: CancelToken) -> None:
    def stop() -> None:
        server.wait_for(lambda: len(server.bodies) == requests)
        cancel.cancel()

    threading.Thread(target=stop).start()


def failure(server: OpenAIServer, *script: Say) -> ClientError:
    with pytest.raises(ClientError) as caught:
        call(server, *script)
    assert KEY not in str(caught.value) + repr(caught.value)
    assert caught.value.__cause__ is None
    return caught.value


def test_the_text_arrives_whole_and_in_pieces_with_the_usage_the_server_sent(server: OpenAIServer) -> None:
    pieces: list[str] = []
    client = OpenAIClient("tiny", KEY, server.url)
    reply = client.completion(ask(), CancelToken(), pieces.append)
    client.close()
    assert reply.text == "hello there" == "".join(pieces)
    assert len(pieces) == 2
    assert reply.usage == Usage(1, 7, 3)
    assert (reply.finish, reply.model) == ("stop", "tiny")


def test_the_request_carries_messages_parameters_and_the_key(server: OpenAIServer) -> None:
    call(server, request=ask(max_output_tokens=50, params={"temperature": 0.2, "made_up": True}))
    body = server.bodies[0]
    assert [m["role"] for m in body["messages"]] == ["system", "user"]
    assert (body["max_tokens"], body["temperature"], body["made_up"]) == (50, 0.2, True)
    assert body["stream_options"] == {"include_usage": True}
    assert server.headers[0]["authorization"] == f"Bearer {KEY}"


def test_cached_and_reasoning_tokens_and_a_stated_cost_are_kept(server: OpenAIServer) -> None:
    usage = {
        "prompt_tokens": 100,
        "completion_tokens": 20,
        "prompt_tokens_details": {"cached_tokens": 64},
        "completion_tokens_details": {"reasoning_tokens": 12},
        "cost": 0.0042,
    }
    assert call(server, Say(usage=usage)).usage == Usage(1, 100, 20, 64, 12, 0.0042)


def test_usage_that_is_missing_is_counted_here_and_marked_estimated(server: OpenAIServer) -> None:
    usage = call(server, Say(text="four score", usage=None)).usage
    assert usage.estimated
    assert (usage.input_tokens, usage.output_tokens, usage.cost) == (5, 3, None)


def test_a_price_is_asked_for_only_where_the_server_states_no_cost(server: OpenAIServer) -> None:
    assert call(server, price=lambda usage: usage.tokens * 0.5).usage.cost == 5.0
    stated = Say(usage={"prompt_tokens": 1, "completion_tokens": 1, "cost": 0.25})
    assert call(server, stated, price=lambda usage: 99.0).usage.cost == 0.25


def test_a_server_that_refuses_stream_options_is_asked_again_without_them(server: OpenAIServer) -> None:
    refused = {"message": "Unknown field: stream_options"}
    server.script = lambda body: Say(status=400, error=refused) if "stream_options" in body else Say(usage=None)
    client = OpenAIClient("tiny", KEY, server.url)
    for _ in range(2):
        assert client.completion(ask(), CancelToken()).text == "hello there"
    client.close()
    assert len(server.bodies) == 3


@pytest.mark.parametrize(
    ("said", "kept"), [("stop", "stop"), ("length", "length"), ("content_filter", "filter"), ("tool_calls", "stop")]
)
def test_the_finish_reason_is_one_of_our_words(server: OpenAIServer, said: str, kept: str) -> None:
    assert call(server, Say(finish=said)).finish == kept


def test_a_refusal_is_told_apart_and_its_text_is_the_reply(server: OpenAIServer) -> None:
    reply = call(server, Say(text=None, refusal="I will not do that."))
    assert (reply.finish, reply.text) == ("refusal", "I will not do that.")


def test_a_reply_without_content_is_an_empty_text(server: OpenAIServer) -> None:
    assert call(server, Say(text=None)).text == ""


@pytest.mark.parametrize("key", ["reasoning_content", "reasoning"])
def test_reasoning_is_kept_apart_from_the_text(server: OpenAIServer, key: str) -> None:
    reply = call(server, Say(reasoning="let me think", reasoning_key=key))
    assert (reply.reasoning, reply.text) == ("let me think", "hello there")


def test_too_many_requests_are_waited_out_as_long_as_the_server_asks(server: OpenAIServer) -> None:
    busy = Say(status=429, headers={"retry-after": "0.3"})
    began = time.monotonic()
    assert call(server, busy, Say()).text == "hello there"
    assert time.monotonic() - began >= 0.3


def test_a_server_that_asks_for_too_long_a_wait_is_not_waited_for(server: OpenAIServer) -> None:
    error = failure(server, Say(status=429, headers={"retry-after": "3600"}))
    assert "3600" in str(error)
    assert error.retryable
    assert len(server.bodies) == 1


@pytest.mark.parametrize("trouble", [Say(status=500), Say(status=503), Say(cut_after=0), Say(latency=1.0)])
def test_trouble_before_the_first_byte_is_tried_again(server: OpenAIServer, trouble: Say) -> None:
    assert call(server, trouble, Say(), timeout=0.3).text == "hello there"
    assert len(server.bodies) == 2


def test_tries_are_bounded_and_counted(server: OpenAIServer) -> None:
    error = failure(server, Say(status=500))
    assert error.retryable
    assert "3 tries" in str(error)
    assert len(server.bodies) == 3


def test_a_reply_cut_in_the_middle_is_an_error_and_not_tried_again(server: OpenAIServer) -> None:
    error = failure(server, Say(text="one two three four", cut_after=3))
    assert error.retryable
    assert len(server.bodies) == 1


def test_a_reply_that_ends_without_a_finish_or_usage_is_not_taken_for_whole(server: OpenAIServer) -> None:
    assert failure(server, Say(finish=None, usage=None)).retryable


def test_an_error_sent_inside_the_stream_is_an_error(server: OpenAIServer) -> None:
    error = failure(server, Say(raw=b'{"error": {"code": 502, "message": "upstream is down"}}'))
    assert error.retryable
    assert len(server.bodies) == 3


def test_bytes_that_are_no_completion_are_an_error(server: OpenAIServer) -> None:
    assert "base URL" in str(failure(server, Say(raw=b"<html>not here</html>")))


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (401, {"message": f"Incorrect API key provided: {KEY}"}, "refused the key"),
        (403, {"message": "no"}, "does not let this key"),
        (404, {"message": "no such model"}, "does not know the model tiny"),
        (429, {"message": "You exceeded your current quota", "code": "insufficient_quota"}, "quota"),
        (402, {"message": "pay first"}, "quota"),
        (400, {"message": f"bad temperature; key was {KEY}"}, "bad temperature"),
    ],
)
def test_an_error_says_what_to_do_and_is_not_tried_again(
    server: OpenAIServer, status: int, body: dict[str, Any], words: str
) -> None:
    error = failure(server, Say(status=status, error=body))
    assert words in str(error)
    assert not error.retryable
    assert len(server.bodies) == 1


@pytest.mark.parametrize(
    "message",
    [
        "This model's maximum context length is 8192 tokens.",
        "the request exceeds the available context size",
        "prompt is too long: 210000 tokens",
    ],
)
def test_a_prompt_that_does_not_fit_has_its_own_error(server: OpenAIServer, message: str) -> None:
    assert isinstance(failure(server, Say(status=400, error={"message": message})), ContextTooLong)


def test_a_server_that_is_not_there_is_named_with_what_to_do() -> None:
    with OpenAIServer() as gone:
        url = gone.url
    client = OpenAIClient("tiny", None, url)
    with pytest.raises(ClientError, match=r"Nothing answers at .*change the base URL in Settings"):
        client.completion(ask(), CancelToken())
    client.close()


@pytest.mark.parametrize("say", [Say(latency=30.0), Say(text="a b c d e", pause=30.0)])
def test_a_stop_ends_the_call_at_once_and_the_server_sees_it(server: OpenAIServer, say: Say) -> None:
    server.script = [Say(), say]
    client, cancel = OpenAIClient("tiny", KEY, server.url), CancelToken()
    client.completion(ask(), cancel)  # so that the stopped call is one on a used connection
    stop_after(server, 2, cancel)
    began = time.monotonic()
    with pytest.raises(Cancelled):
        client.completion(ask(), cancel)
    assert time.monotonic() - began < 2.0
    assert server.wait_for(lambda: server.disconnects == 1)
    assert len(server.bodies) == 2
    client.close()


def test_a_stop_of_one_run_leaves_the_calls_of_another_alone(server: OpenAIServer) -> None:
    server.script = [Say(latency=0.5)]
    client, mine, theirs = OpenAIClient("tiny", KEY, server.url), CancelToken(), CancelToken()
    with ThreadPoolExecutor(8) as pool:
        stopped = [pool.submit(client.completion, ask(), theirs) for _ in range(4)]
        kept = [pool.submit(client.completion, ask(), mine) for _ in range(4)]
        assert server.wait_for(lambda: len(server.bodies) == 8)
        theirs.cancel()
        assert all(isinstance(future.exception(), Cancelled) for future in stopped)
        assert all(future.result().text == "hello there" for future in kept)
    client.close()


def test_a_stop_ends_the_wait_between_tries(server: OpenAIServer) -> None:
    server.script = [Say(status=429, headers={"retry-after": "60"})]
    client, cancel = OpenAIClient("tiny", KEY, server.url), CancelToken()
    stop_after(server, 1, cancel)
    with pytest.raises(Cancelled):
        client.completion(ask(), cancel)
    client.close()


def test_sixty_four_threads_share_one_pool_and_get_their_own_replies(server: OpenAIServer) -> None:
    server.script = lambda body: Say(text=body["messages"][-1]["content"], latency=0.02)
    client = OpenAIClient("tiny", KEY, server.url, concurrency=64)
    with ThreadPoolExecutor(64) as pool:
        texts = [str(number) for number in range(256)]
        replies = list(pool.map(lambda text: client.completion(ask(text), CancelToken()).text, texts))
    client.close()
    assert replies == texts
    assert server.connections <= 64


def test_one_connection_is_used_again_and_again(server: OpenAIServer) -> None:
    client = OpenAIClient("tiny", KEY, server.url)
    seconds = [client.completion(ask(), CancelToken()).seconds for _ in range(5)]
    client.close()
    assert server.connections == 1
    assert statistics.median(seconds) < 0.5


def test_a_missing_key_is_told_before_anything_is_sent_and_local_servers_need_none() -> None:
    with pytest.raises(ConfigError, match="needs a key"):
        OpenAIClient("gpt")
    with pytest.raises(ConfigError, match=r"openrouter\.ai"):
        OpenAIClient("any", None, "openrouter")
    assert OpenAIClient("llama", None, "ollama").base_url == "http://localhost:11434/v1"


def test_the_key_is_not_in_what_a_log_would_print() -> None:
    assert KEY not in repr(OpenAIClient("tiny", KEY))
