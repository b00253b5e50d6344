"""What is Anthropic's own; what every hosted client does is in `test_conformance.py`."""

from __future__ import annotations

from typing import Any

import pytest

from rlm_app.cancel import CancelToken
from rlm_app.clients.anthropic import AnthropicClient
from rlm_app.clients.anthropic_request import MAX_OUTPUT_TOKENS, body_of
from rlm_app.clients.hosted import Terms
from rlm_app.clients.retry import Retry
from rlm_app.engine.history import History
from rlm_app.errors import ClientError, ConfigError, ContextTooLong
from rlm_app.types import Completion, Message, Request, Usage
from tests.servers.anthropic_cache import PromptCache
from tests.servers.anthropic_server import TROUBLE, anthropic, overloaded_in_midstream
from tests.servers.site import Asked, Say, Site

KEY = "sk-ant-secret-0123456789"
QUICK = Retry(tries=3, first=0.01, most=0.02, patience=2.0)
ROOT = "Write cells as ```repl blocks. " * 300


def say_hello(*more: Message, **fields: Any) -> Request:
    return Request((Message("system", "be brief"), Message("user", "say hello"), *more), **fields)


def call(*script: Say, request: Request | None = None, **options: Any) -> tuple[Completion, Site]:
    with Site(anthropic, script or (Say(),)) as site:
        client = AnthropicClient("tiny", KEY, site.url, Terms(**{"retry": QUICK, **options}))
        try:
            return client.completion(request or say_hello(), CancelToken()), site
        finally:
            client.close()


def marked(body: dict[str, Any]) -> list[str]:
    blocks = [*body.get("system", ()), *(block for turn in body["messages"] for block in turn["content"])]
    return [block["text"] for block in blocks if "cache_control" in block]


def test_the_system_prompt_stands_apart_and_the_key_goes_in_a_header() -> None:
    _, site = call()
    body = site.bodies[0]
    assert body["system"] == [{"type": "text", "text": "be brief"}]
    assert [turn["role"] for turn in body["messages"]] == ["user"]
    assert site.asked[0].path == "/v1/messages"
    assert KEY in str(site.headers[0])
    assert KEY not in str(body)


def test_roles_take_turns_and_begin_and_end_with_the_user() -> None:
    odd = [Message("assistant", "a"), Message("user", "b"), Message("user", " "), Message("assistant", "c")]
    turns = body_of(Request(tuple(odd)), "tiny", {})["messages"]
    assert [turn["role"] for turn in turns] == ["user", "assistant", "user", "assistant", "user"]
    assert [block["text"] for block in turns[2]["content"]] == ["b", "(empty)"]


def test_a_limit_of_output_is_always_sent() -> None:
    assert body_of(say_hello(), "tiny", {})["max_tokens"] == MAX_OUTPUT_TOKENS
    assert body_of(say_hello(max_output_tokens=5), "tiny", {})["max_tokens"] == 5


def test_parameters_go_by_the_providers_names_and_stand_above_those_of_the_client() -> None:
    request = say_hello(params={"stop": ["END"], "temperature": 0.5})
    _, site = call(request=request, options={"body": {"temperature": 1, "top_k": 3}, "headers": {"x-team": "legal"}})
    assert (site.bodies[0]["stop_sequences"], site.bodies[0]["temperature"], site.bodies[0]["top_k"]) == (
        ["END"],
        0.5,
        3,
    )
    assert site.headers[0]["x-team"] == "legal"


def test_input_tokens_are_all_that_were_sent_whether_read_from_or_written_to_the_cache_or_neither() -> None:
    said = Usage(1, 100, 20, 60, 5, cache_write_tokens=30)
    assert call(Say(usage=said))[0].usage == said


def test_a_price_can_tell_what_was_written_to_the_cache() -> None:
    said = Say(usage=Usage(1, 100, 20, 60, cache_write_tokens=30))
    assert call(said, price=lambda usage: (usage.cache_write_tokens or 0) / 10)[0].usage.cost == 3.0


def test_a_sub_call_pays_for_no_writing_to_the_cache() -> None:
    assert marked(body_of(say_hello(), "tiny", {})) == []


def test_a_growing_conversation_is_marked_at_the_system_prompt_and_its_last_two_questions() -> None:
    history = History(ROOT, "question")
    history.add_turn("one", "shown 1")
    history.add_turn("two", "shown 2")
    body = body_of(Request(history.messages), "tiny", {})
    assert marked(body) == [ROOT.strip(), "shown 1", "shown 2"]


def test_nine_tenths_of_what_a_run_of_thirty_turns_sends_is_read_from_the_cache() -> None:
    cache, history = PromptCache(), History(ROOT, "What does the tenant owe?")

    def counting(asked: Asked) -> Say:
        return Say("I look on.", usage=cache.usage(asked.body))

    with Site(anthropic, counting) as site:
        client = AnthropicClient("tiny", KEY, site.url)
        used = Usage(calls=0)
        for turn in range(30):
            reply = client.completion(Request(history.messages), CancelToken())
            used = used + reply.usage
            history.add_turn(reply.text, f"turn {turn}: " + "what the cell printed " * 360)
        client.close()
    assert used.calls == 30
    assert (used.cached_tokens or 0) / (used.input_tokens or 1) > 0.9
    written = (used.cache_write_tokens or 0) / (used.input_tokens or 1)
    assert written < 0.1


def test_thinking_is_kept_apart_and_counted() -> None:
    reply, _ = call(Say("four", reasoning="two and two", usage=Usage(1, 7, 30, 0, 25, cache_write_tokens=0)))
    assert (reply.text, reply.reasoning, reply.usage.reasoning_tokens) == ("four", "two and two", 25)


def test_a_window_that_was_filled_by_the_reply_counts_as_cut_off() -> None:
    assert call(Say(finish="model_context_window_exceeded"))[0].finish == "length"


def test_a_provider_that_breaks_off_before_any_text_is_asked_again() -> None:
    begun = overloaded_in_midstream()
    reply, site = call(begun, Say())
    assert (reply.text, len(site.asked)) == ("hello there", 2)


def test_an_overloaded_provider_is_waited_for() -> None:
    reply, site = call(TROUBLE["overloaded"], Say())
    assert (reply.text, len(site.asked)) == ("hello there", 2)


def test_a_request_that_is_too_large_to_be_read_is_too_long() -> None:
    error = {"type": "error", "error": {"type": "request_too_large", "message": "Request exceeds the maximum size"}}
    with pytest.raises(ContextTooLong):
        call(Say(status=413, error=error))


def test_an_answer_that_is_not_the_providers_is_told_as_such() -> None:
    with pytest.raises(ClientError, match="base URL"):
        call(Say(raw=[b"data: <html>\n\n"]))


def test_anthropic_itself_needs_a_key_and_another_address_does_not() -> None:
    with pytest.raises(ConfigError, match="ANTHROPIC_API_KEY"):
        AnthropicClient("tiny")
    AnthropicClient("tiny", base_url="http://127.0.0.1:1/v1").close()


def test_nothing_is_taken_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"):
        monkeypatch.setenv(name, "sk-ant-of-the-environment")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:1")
    _, site = call()
    assert "of-the-environment" not in str(site.headers[0])


def test_the_key_is_in_no_text_of_the_client() -> None:
    client = AnthropicClient("tiny", KEY)
    assert KEY not in repr(client) + repr(vars(client))
