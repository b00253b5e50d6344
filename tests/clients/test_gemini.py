"""What is Gemini's own; what every hosted client does is in `test_conformance.py`."""

from __future__ import annotations

from typing import Any

import pytest

from rlm_app.cancel import CancelToken
from rlm_app.clients.gemini import GeminiClient
from rlm_app.clients.gemini_request import body_of
from rlm_app.clients.hosted import Terms
from rlm_app.clients.retry import Retry
from rlm_app.errors import ClientError, ConfigError
from rlm_app.types import Completion, Message, Request, Usage
from tests.servers.gemini_server import TROUBLE, blocked, gemini
from tests.servers.site import Say, Site, event

KEY = "AIza-secret-0123456789"
QUICK = Retry(tries=2, first=0.01, most=0.02, patience=2.0)
HELLO = Request((Message("system", "be brief"), Message("user", "say hello")))


def call(*script: Say, request: Request = HELLO, model: str = "tiny", **options: Any) -> tuple[Completion, Site]:
    with Site(gemini, script or (Say(),)) as site:
        client = GeminiClient(model, KEY, site.url, Terms(**{"retry": QUICK, **options}))
        try:
            return client.completion(request, CancelToken()), site
        finally:
            client.close()


def test_a_request_is_written_in_geminis_words() -> None:
    _, site = call()
    assert site.asked[0].path == "/v1beta/models/tiny:streamGenerateContent?alt=sse"
    assert site.bodies[0] == {
        "contents": [{"role": "user", "parts": [{"text": "say hello"}]}],
        "generationConfig": {},
        "systemInstruction": {"parts": [{"text": "be brief"}]},
    }
    assert site.headers[0]["x-goog-api-key"] == KEY


def test_a_model_may_be_named_with_its_collection() -> None:
    _, site = call(model="tunedModels/mine")
    assert site.asked[0].path.startswith("/v1beta/tunedModels/mine:")


def test_the_models_turns_are_called_so_and_roles_take_turns() -> None:
    said = (Message("user", "a"), Message("user", "b"), Message("assistant", "c"), Message("user", "d"))
    contents = body_of(Request(said), {})["contents"]
    assert [turn["role"] for turn in contents] == ["user", "model", "user"]
    assert [part["text"] for part in contents[0]["parts"]] == ["a", "b"]


def test_parameters_go_where_gemini_looks_for_them_and_stand_above_those_of_the_client() -> None:
    request = Request(HELLO.messages, 50, {"stop": ["END"], "temperature": 0.5, "safetySettings": []})
    extra = {"temperature": 1, "thinkingConfig": {"includeThoughts": True}, "generationConfig": {"seed": 7}}
    body = body_of(request, extra)
    assert body["safetySettings"] == []
    assert body["generationConfig"] == {
        "maxOutputTokens": 50,
        "seed": 7,
        "temperature": 0.5,
        "thinkingConfig": {"includeThoughts": True},
        "stopSequences": ["END"],
    }


def test_thoughts_are_output_and_counted_apart_from_it() -> None:
    said = Usage(1, 100, 20, 60, 12)
    reply, _ = call(Say("four", reasoning="two and two", usage=said))
    assert (reply.text, reply.reasoning, reply.usage) == ("four", "two and two", said)


def test_a_prompt_that_was_blocked_is_an_empty_reply_that_says_so() -> None:
    reply, site = call(blocked())
    assert (reply.text, reply.finish, len(site.asked)) == ("", "filter", 1)


@pytest.mark.parametrize("reason", ["RECITATION", "PROHIBITED_CONTENT", "SPII", "BLOCKLIST"])
def test_a_reply_that_was_held_back_says_so(reason: str) -> None:
    assert call(Say(None, finish=reason))[0].finish == "filter"


def test_a_stream_without_candidates_or_a_reason_is_asked_for_again() -> None:
    empty = Say(raw=[event({"usageMetadata": {"promptTokenCount": 3}})])
    reply, site = call(empty, Say())
    assert (reply.text, len(site.asked)) == ("hello there", 2)


def test_an_error_in_midstream_is_what_it_would_be_before() -> None:
    broken = Say(raw=[event(TROUBLE["overloaded"].error)])
    reply, site = call(broken, Say())
    assert (reply.text, len(site.asked)) == ("hello there", 2)


def test_the_quota_of_a_minute_is_waited_for_and_that_of_a_day_is_not() -> None:
    _, site = call(TROUBLE["busy"], Say())
    assert len(site.asked) == 2
    with pytest.raises(ClientError, match="quota") as caught:
        call(TROUBLE["quota"])
    assert not caught.value.retryable


def test_an_answer_that_is_not_the_providers_is_told_as_such() -> None:
    with pytest.raises(ClientError, match="base URL"):
        call(Say(raw=[b"data: <html>\n\n"]))


def test_google_itself_needs_a_key_and_another_address_does_not() -> None:
    with pytest.raises(ConfigError, match="GEMINI_API_KEY"):
        GeminiClient("tiny")
    GeminiClient("tiny", base_url="http://127.0.0.1:1").close()


def test_nothing_is_taken_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_API_KEY", "of-the-environment")
    monkeypatch.setenv("GOOGLE_GENAI_USE_VERTEXAI", "true")
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", "http://127.0.0.1:1")
    _, site = call()
    assert site.headers[0]["x-goog-api-key"] == KEY


def test_the_key_is_in_no_text_of_the_client() -> None:
    client = GeminiClient("tiny", KEY)
    assert KEY not in repr(client) + repr(vars(client))


@pytest.mark.parametrize(
    ("model", "path"),
    [("a b", "models/a%20b"), ("m?key=1#f", "models/m%3Fkey%3D1%23f"), ("x\r\nEvil: 1", "models/x%0D%0AEvil:%201")],
)
def test_a_model_of_any_name_is_asked_for_by_that_name(model: str, path: str) -> None:
    _, site = call(Say(), model=model)
    assert site.asked[0].path.startswith(f"/v1beta/{path}:streamGenerateContent")
