"""What is particular to OpenAI's protocol and the many servers that speak it; the rest is in `test_conformance.py`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from rlm_app.cancel import CancelToken
from rlm_app.clients.azure_openai import AzureOpenAIClient
from rlm_app.clients.hosted import Terms
from rlm_app.clients.openai import OpenAIClient
from rlm_app.clients.openai_form import Form, is_anthropic
from rlm_app.clients.portkey import PortkeyClient
from rlm_app.errors import ClientError, ConfigError, ContextTooLong
from rlm_app.types import Completion, Message, Request, Usage
from tests.clients.providers import KEY, LIGHT, QUICK, SDK
from tests.servers.openai_server import OpenAIServer, chunk
from tests.servers.site import Answer, Asked, Say, event

CARRIERS = pytest.mark.parametrize("options", [LIGHT, SDK], ids=["light", "sdk"])
FORM = {"max_tokens", "max_completion_tokens"}


def ask(text: str = "say hello", **more: Any) -> Request:
    return Request((Message("system", "be brief"), Message("user", text)), **more)


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as running:
        yield running


def call(server: OpenAIServer, *script: Say, request: Request | None = None, **options: Any) -> Completion:
    server.script = script or server.script
    client = OpenAIClient("tiny", KEY, server.url, Terms(**{"retry": QUICK, **options}))
    try:
        return client.completion(request or ask(), CancelToken())
    finally:
        client.close()


def failure(server: OpenAIServer, *script: Say, **options: Any) -> ClientError:
    with pytest.raises(ClientError) as caught:
        call(server, *script, **options)
    assert KEY not in str(caught.value) + repr(caught.value)
    assert caught.value.__cause__ is None
    return caught.value


def streamed(*chunks: Mapping[str, Any]) -> Say:
    return Say(raw=[*map(event, chunks), b"data: [DONE]\n\n"])


@CARRIERS
def test_the_request_carries_messages_parameters_and_the_key(server: OpenAIServer, options: Mapping[str, Any]) -> None:
    request = ask(max_output_tokens=50, params={"temperature": 0.2, "made_up": True})
    call(server, request=request, options={**options, "headers": {"x-team": "blue"}, "body": {"seed": 1}})
    body, headers = server.bodies[0], server.headers[0]
    assert [m["role"] for m in body["messages"]] == ["system", "user"]
    assert (body["max_tokens"], body["temperature"], body["made_up"], body["seed"]) == (50, 0.2, True, 1)
    assert body["stream_options"] == {"include_usage": True}
    assert (headers["authorization"], headers["x-team"]) == (f"Bearer {KEY}", "blue")


def test_azure_is_asked_for_a_deployment_at_a_version_of_its_interface(server: OpenAIServer) -> None:
    endpoint = server.url.removesuffix("/v1")
    for address in (endpoint, endpoint + "/openai/deployments/x/chat/completions?api-version=1"):
        client = AzureOpenAIClient(
            "my-gpt", KEY, address, Terms(options={"api_version": "2024-10-21"}, max_output_tokens=9)
        )
        client.completion(ask(), CancelToken())
        client.close()
        assert server.asked[-1].path == "/openai/deployments/my-gpt/chat/completions?api-version=2024-10-21"
        assert server.headers[-1]["api-key"] == KEY
        assert server.bodies[-1]["max_completion_tokens"] == 9


@pytest.mark.slow
def test_portkey_is_told_how_to_route(server: OpenAIServer) -> None:
    client = PortkeyClient("@ours/gpt-5", KEY, server.url, Terms(options={"virtual_key": "ours", "body": {"seed": 1}}))
    client.completion(ask(), CancelToken())
    client.close()
    headers = server.headers[0]
    assert (headers["x-portkey-api-key"], headers["x-portkey-virtual-key"]) == (KEY, "ours")
    assert server.bodies[0]["seed"] == 1


@pytest.mark.parametrize(
    ("model", "marked"),
    [("anthropic/claude-sonnet-4.5", [True, True, False, True]), ("openai/gpt-5", [False, False, False, False])],
)
def test_a_gateway_is_told_what_anthropic_shall_keep_of_a_growing_conversation(model: str, marked: list[bool]) -> None:
    turns = [("system", "rules"), ("user", "1"), ("assistant", "a"), ("user", "2")]
    growing = Request(tuple(Message(role, text) for role, text in turns))  # type: ignore[arg-type]
    form = Form(marks_cache=is_anthropic(model))
    messages = form.body(model, growing)["messages"]
    assert [isinstance(message["content"], list) for message in messages] == marked
    alone = form.body(model, Request((Message("user", "once"),)))["messages"]
    assert alone == [{"role": "user", "content": "once"}]


def test_a_cost_that_the_server_states_goes_before_a_price(server: OpenAIServer) -> None:
    said = Say(usage=Usage(1, 1, 1, cost=0.25))
    assert call(server, said, price=lambda usage: 99.0).usage.cost == 0.25


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ({}, None),
        ({"prompt_tokens": 9}, (9, None, None)),
        ({"prompt_tokens": 9, "completion_tokens": 2, "prompt_cache_hit_tokens": 8}, (9, 2, 8)),
        ({"prompt_tokens": 9, "completion_tokens": 2, "prompt_tokens_details": None}, (9, 2, None)),
        ({"prompt_tokens": "many", "completion_tokens": True}, None),
    ],
)
def test_usage_in_any_shape_is_taken_for_what_it_says(
    server: OpenAIServer, said: dict[str, Any], kept: tuple[int | None, ...] | None
) -> None:
    usage = call(server, streamed(chunk({"content": "hi"}, "stop"), chunk(usage=said))).usage
    assert usage.estimated is (kept is None)
    if kept:
        assert (usage.input_tokens, usage.output_tokens, usage.cached_tokens) == kept


@pytest.mark.parametrize("field", ["stream_options", "max_tokens"])
def test_a_server_that_does_not_know_a_field_is_asked_again_without_it(server: OpenAIServer, field: str) -> None:
    refused = Say(status=400, error={"error": {"message": f"Unsupported parameter: '{field}'."}})
    server.script = lambda asked: refused if field in asked.body else Say()
    client = OpenAIClient("tiny", KEY, server.url, Terms(max_output_tokens=7))
    for _ in range(2):
        assert client.completion(ask(), CancelToken()).text == "hello there"
    client.close()
    assert len(server.bodies) == 3
    assert (FORM & set(server.bodies[2])) == ({"max_completion_tokens"} if field == "max_tokens" else {"max_tokens"})


def test_a_server_that_refuses_every_form_is_not_asked_for_ever(server: OpenAIServer) -> None:
    message = "Unsupported: stream_options, max_tokens, max_completion_tokens."
    error = failure(server, Say(status=400, error={"error": {"message": message}}), max_output_tokens=7)
    assert "Unsupported" in str(error)
    assert len(server.bodies) == 3


@pytest.mark.parametrize("key", ["reasoning_content", "reasoning"])
def test_reasoning_is_found_under_either_name(server: OpenAIServer, key: str) -> None:
    reply = call(server, streamed(chunk({key: "let me think"}), chunk({"content": "four"}, "stop")))
    assert (reply.reasoning, reply.text) == ("let me think", "four")


@pytest.mark.parametrize(
    "chunks",
    [
        [chunk({"content": [{"type": "text", "text": "hi"}]}, "stop")],
        [{"choices": None, "usage": None}, chunk({"content": "hi"}), {"choices": [{"finish_reason": "stop"}]}],
        [{**chunk(), "choices": [{"message": {"content": "hi"}, "finish_reason": "stop"}]}],
        [chunk({"content": None, "tool_calls": None}), chunk({"content": "hi"}, "tool_calls")],
    ],
    ids=["parts", "nulls", "message", "tool calls"],
)
def test_what_servers_send_in_place_of_plain_deltas_is_understood(
    server: OpenAIServer, chunks: list[dict[str, Any]]
) -> None:
    reply = call(server, streamed(*chunks))
    assert (reply.text, reply.finish) == ("hi", "stop")


@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
def test_events_may_be_split_anywhere_and_have_either_line_end(server: OpenAIServer, newline: bytes) -> None:
    lines = [b": keep-alive", b"", b"event: x", *(b"data:" + json.dumps(c).encode() for c in _SAID), b"data: [DONE]"]
    data = newline.join([*lines, b""])
    assert call(server, Say(raw=[data[i : i + 7] for i in range(0, len(data), 7)])).text == "zwei Äpfel"


_SAID = [chunk({"content": "zwei "}), chunk({"content": "Äpfel"}, "stop")]


@CARRIERS
def test_an_error_sent_inside_the_stream_is_an_error(server: OpenAIServer, options: Mapping[str, Any]) -> None:
    down = streamed({"error": {"code": 502, "message": "upstream is down"}})
    error = failure(server, down, options=options)
    assert error.retryable
    assert len(server.bodies) == 3


@CARRIERS
@pytest.mark.parametrize("raw", [b"data: <html>not here</html>\n\n", b"data: [1]\n\n"])
def test_bytes_that_are_no_completion_are_an_error(
    server: OpenAIServer, options: Mapping[str, Any], raw: bytes
) -> None:
    assert "base URL" in str(failure(server, Say(raw=[raw]), options=options))


@CARRIERS
@pytest.mark.parametrize(
    "error",
    [
        {"error": {"message": f"bad temperature; key was {KEY}"}},
        {"error": "bad temperature"},
        {"detail": "bad temperature"},
        {"object": "error", "message": "bad temperature", "code": 400},
        "bad temperature",
    ],
)
def test_an_error_in_any_shape_is_told_in_the_servers_words(
    server: OpenAIServer, options: Mapping[str, Any], error: Any
) -> None:
    assert "bad temperature" in str(failure(server, Say(status=400, error=error), options=options))


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (402, {"message": "pay first"}, "quota"),
        (400, {"message": "filtered", "code": "content_filter"}, "content filter"),
        (404, {"message": "x" * 300_000}, "does not know the model tiny"),
        (418, {"message": "short and stout"}, r"418\): short and stout"),
    ],
)
def test_a_refusal_that_only_some_servers_have_is_told_apart(
    server: OpenAIServer, status: int, body: dict[str, Any], words: str
) -> None:
    error = failure(server, Say(status=status, error={"error": body}))
    assert words.replace("\\", "") in str(error)
    assert not error.retryable


@pytest.mark.parametrize(
    "message",
    [
        "This model's maximum context length is 8192 tokens.",
        "the request exceeds the available context size",
        "prompt is too long: 210000 tokens",
    ],
)
@pytest.mark.parametrize("status", [400, 500])
def test_a_prompt_that_does_not_fit_is_known_by_what_any_server_says(
    server: OpenAIServer, message: str, status: int
) -> None:
    assert isinstance(failure(server, Say(status=status, error={"error": {"message": message}})), ContextTooLong)


def test_a_server_that_asks_for_too_long_a_wait_is_not_waited_for(server: OpenAIServer) -> None:
    error = failure(server, Say(status=429, headers={"retry-after": "3600"}))
    assert "3600" in str(error)
    assert error.retryable
    assert len(server.bodies) == 1


def test_a_wait_that_is_stated_in_milliseconds_counts(server: OpenAIServer) -> None:
    waits: list[float] = []
    server.script = [Say(status=429, headers={"retry-after-ms": "30", "retry-after": "60"}), Say()]
    client = OpenAIClient("tiny", KEY, server.url)
    client.completion(ask(), CancelToken(), on_wait=lambda seconds, reason: waits.append(seconds))
    client.close()
    assert len(waits) == 1
    assert 0.03 <= waits[0] < 0.1


@CARRIERS
def test_one_connection_is_used_again_and_again(server: OpenAIServer, options: Mapping[str, Any]) -> None:
    client = OpenAIClient("tiny", KEY, server.url, Terms(options=options))
    for _ in range(5):
        client.completion(ask(), CancelToken())
    client.close()
    assert server.connections == 1


def test_a_server_that_answers_whole_though_a_stream_was_asked_for_is_understood() -> None:
    with OpenAIServer() as server:
        server.dialect = _whole
        assert call(server).text == "hello there"


def test_a_missing_key_or_address_is_told_before_anything_is_sent_and_local_servers_need_none() -> None:
    with pytest.raises(ConfigError, match="needs a key"):
        OpenAIClient("gpt")
    with pytest.raises(ConfigError, match=r"openrouter\.ai"):
        OpenAIClient("any", None, "openrouter")
    with pytest.raises(ConfigError, match="AZURE_OPENAI_ENDPOINT"):
        AzureOpenAIClient("gpt", KEY)
    with pytest.raises(ConfigError, match="AZURE_OPENAI_API_KEY"):
        AzureOpenAIClient("gpt", None, "https://us.openai.azure.com")
    with pytest.raises(ConfigError, match="PORTKEY_API_KEY"):
        PortkeyClient("gpt")
    assert OpenAIClient("llama", None, "ollama").base_url == "http://localhost:11434/v1"


@pytest.mark.parametrize("key", ["sk-änderung", "sk-one two", "sk-one\r\nx-evil: 1"])
def test_a_key_that_cannot_be_one_is_refused_without_being_repeated(key: str) -> None:
    with pytest.raises(ConfigError, match="copy it again") as caught:
        OpenAIClient("gpt", key)
    assert key not in str(caught.value)


def test_an_option_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ConfigError, match="no option called carier"):
        OpenAIClient("gpt", KEY, None, Terms(options={"carier": "light"}))


def _whole(say: Say, asked: Asked) -> Answer:
    message = {"role": "assistant", "content": say.text}
    body = {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}], "usage": {"prompt_tokens": 1}}
    return Answer([json.dumps(body).encode()])
