from __future__ import annotations

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from rlm_app.cancel import CancelToken
from rlm_app.clients.scripted import ScriptedClient
from rlm_app.errors import Cancelled, ClientError, ConfigError
from rlm_app.types import Completion, Message, Request, Usage

ROOT_SYSTEM = Message("system", "Write code in ```repl blocks.")


def ask(text: str = "hello") -> Request:
    return Request((Message("user", text),))


def turn(number: int, question: str = "what is due?") -> Request:
    asked = Message("user", f"<question>{question}</question>")
    past = [Message("assistant", "…"), asked] * (number - 1)
    return Request((ROOT_SYSTEM, asked, *past))


def script(tmp_path: Path, data: Any) -> ScriptedClient:
    path = tmp_path / "script.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    return ScriptedClient.from_file(path)


def test_replies_come_in_order_and_requests_are_kept() -> None:
    client = ScriptedClient(replies=["one", "two"])
    assert [client.completion(ask(word), CancelToken()).text for word in "ab"] == ["one", "two"]
    assert [request.messages[0].content for request in client.requests] == ["a", "b"]
    assert client.calls == 2


def test_a_script_that_is_used_up_says_so() -> None:
    with pytest.raises(ClientError, match="one more"):
        ScriptedClient(replies=[]).completion(ask(), CancelToken())


def test_a_reply_may_be_an_exception_a_completion_or_a_function_of_the_request() -> None:
    made = Completion("given", "other", Usage(1, 2, 3, cost=0.5), "length")
    client = ScriptedClient(replies=[made, ClientError("no", retryable=True)])
    reply = client.completion(ask(), CancelToken())
    assert (reply.text, reply.model, reply.finish, reply.usage.cost) == ("given", "other", "length", 0.5)
    with pytest.raises(ClientError, match="no"):
        client.completion(ask(), CancelToken())
    echo = ScriptedClient(replies=lambda request: request.messages[-1].content.upper())
    assert echo.completion(ask("abc"), CancelToken()).text == "ABC"


def test_usage_is_the_same_every_time_and_marked_estimated() -> None:
    client = ScriptedClient(replies=lambda request: "x" * 9, cost=0.25)
    usages = {client.completion(ask("y" * 8), CancelToken()).usage for _ in range(3)}
    assert usages == {Usage(1, 2, 3, cost=0.25, estimated=True)}


def test_the_delay_is_spread_over_the_pieces() -> None:
    pieces: list[float] = []
    ScriptedClient(replies=["x" * 240], delay=0.2).completion(
        ask(), CancelToken(), lambda text: pieces.append(time.monotonic())
    )
    assert len(pieces) == 10
    assert pieces[-1] - pieces[0] > 0.1


def test_a_stop_ends_a_slow_reply_at_once() -> None:
    client, cancel = ScriptedClient(replies=["x"], delay=60), CancelToken()
    threading.Timer(0.05, cancel.cancel).start()
    with pytest.raises(Cancelled):
        client.completion(ask(), cancel)


def test_many_threads_get_each_reply_once() -> None:
    replies = [str(number) for number in range(200)]
    client = ScriptedClient(replies=replies)
    with ThreadPoolExecutor(32) as pool:
        got = list(pool.map(lambda _: client.completion(ask(), CancelToken()).text, replies))
    assert sorted(got) == sorted(replies)


def test_a_file_gives_the_root_its_reply_by_turn_and_sub_calls_theirs(tmp_path: Path) -> None:
    client = script(tmp_path, {"root": ["first", "second"], "sub": {"default": "found"}})
    assert [client.completion(turn(n), CancelToken()).text for n in (1, 2, 3)] == ["first", "second", "second"]
    assert client.completion(ask(), CancelToken()).text == "found"


def test_a_file_may_tell_cases_apart_by_words_of_the_question_or_prompt(tmp_path: Path) -> None:
    data = {
        "root": [{"when": "DUE", "replies": ["on Friday"]}, {"replies": ["who knows"]}],
        "sub": [{"when": "boom", "reply": {"error": "it broke"}}, {"reply": "fine"}],
    }
    client = script(tmp_path, data)
    assert client.completion(turn(1), CancelToken()).text == "on Friday"
    assert client.completion(turn(1, "else"), CancelToken()).text == "who knows"
    assert client.completion(ask("calm"), CancelToken()).text == "fine"
    with pytest.raises(ClientError, match="it broke"):
        client.completion(ask("boom"), CancelToken())


@pytest.mark.parametrize("text", ["", "[]", '{"delay": "soon"}'])
def test_a_file_that_is_no_script_is_told_with_its_name(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bad.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"bad\.json"):
        ScriptedClient.from_file(path)
