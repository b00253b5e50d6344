from __future__ import annotations

import json
from typing import Any

import pytest

from rlm_app.clients.anthropic_reply import usage_of as anthropic_usage
from rlm_app.clients.gemini_reply import GeminiReply
from rlm_app.clients.gemini_reply import usage_of as gemini_usage
from rlm_app.clients.streams import LAST_WORD, Reply, chunks, count_of, lines_of, parsed
from rlm_app.clients.trouble import Kind, Trouble
from rlm_app.protocols import ignore_text
from rlm_app.types import Message, Request

ONE: dict[str, Any] = {"n": 1}
TWO: dict[str, Any] = {"n": 2}
BOTH = b'data: {"n": 1}\n\ndata: {"n": 2}\n\n'


@pytest.mark.parametrize(
    "stream",
    [
        BOTH,
        BOTH.replace(b"\n", b"\r\n"),
        BOTH.replace(b"\n", b"\r"),
        b"\xef\xbb\xbf" + BOTH.replace(b"\n", b"\r"),
        b'data: {"n":\r\ndata: 1}\r\n\r\ndata: {"n": 2}\r\n\r\n',
        b'data: {"n":\rdata: 1}\r\rdata: {"n": 2}\r',
        BOTH.replace(b"data: ", b"data:"),
        b"\xef\xbb\xbf" + BOTH,
        b": keep-alive\n\ndata:\n\n" + BOTH,
        b"id: 7\nevent: message\nretry: 10\n" + BOTH,
        BOTH.rstrip(),
        b'data: {"n":\ndata: 1}\n\ndata: {"n": 2}',
        b'data: {"n": 1}\ndata: {"n": 2}\n',
    ],
)
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_events_are_read_however_servers_write_them_and_wherever_they_are_cut(stream: bytes, size: int) -> None:
    pieces = [stream[at : at + size] for at in range(0, len(stream), size)]
    assert list(chunks(pieces)) == [ONE, TWO]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_nothing_is_read_after_the_last_word(end: bytes) -> None:
    stream = (BOTH + b"data: [DONE]\n\ndata: what comes after the last word\n\n").replace(b"\n", end)
    *said, last = chunks([stream])
    assert said == [ONE, TWO]
    assert last is LAST_WORD


@pytest.mark.parametrize(
    "stream", [b"data: {nope\n\n" + BOTH, b'data: "ping"\n\n', b"data: []\n\n", b'data: {"n": ', b"data: \xff\xfe\n\n"]
)
def test_an_event_that_is_no_object_is_an_error_and_not_passed_over(stream: bytes) -> None:
    with pytest.raises(Trouble) as caught:
        list(chunks([stream]))
    assert caught.value.kind is Kind.NONSENSE


def test_json_that_is_nested_beyond_all_reason_is_an_error_of_the_server() -> None:
    with pytest.raises(Trouble):
        parsed(b"[" * 200_000)


def test_a_line_in_many_pieces_is_put_together_once() -> None:
    for end in (b"\n", b"\r\n", b"\r"):
        joined = list(lines_of([b"x" * 1000] * 2000 + [end + b"y"]))
        assert [len(line) for line in joined] == [2_000_000, 1]


@pytest.mark.parametrize("said", [float("inf"), float("nan"), -1, "7", True, None, 10**400])
def test_a_number_of_tokens_that_cannot_be_one_is_unknown(said: Any) -> None:
    assert count_of({"n": said}, "n") is None
    assert anthropic_usage({"input_tokens": said, "output_tokens": 1}) is None
    assert gemini_usage({"promptTokenCount": said, "candidatesTokenCount": 1}) is None


def test_a_reply_that_the_server_ends_with_an_error_is_none() -> None:
    reply = Reply(ignore_text)
    reply.add({"choices": [{"delta": {"content": "half a"}}]})
    with pytest.raises(Trouble) as caught:
        reply.add(json.loads('{"choices": [{"delta": {}, "finish_reason": "error"}]}'))
    assert caught.value.status == 502


def whole(*said: Any) -> bool:
    reply = Reply(ignore_text)
    for chunk in said:
        reply.add(chunk)
    return reply.whole


HI: dict[str, Any] = {"choices": [{"delta": {"content": "hi"}}]}
COUNTS = {"prompt_tokens": 3, "completion_tokens": 1}


def test_a_reply_is_whole_once_its_server_has_said_so_in_any_of_four_ways() -> None:
    assert whole(HI, {"choices": [{"delta": {}, "finish_reason": "stop"}]})
    assert whole(HI, {"choices": [], "usage": COUNTS})
    assert whole(HI, LAST_WORD)
    assert whole({"choices": [{"message": {"content": "hi"}}], "usage": COUNTS})


def test_counts_that_come_with_every_word_and_a_last_word_after_none_do_not_make_a_reply_whole() -> None:
    assert not whole({**HI, "usage": COUNTS})
    assert not whole(LAST_WORD)
    assert not whole({"choices": [{"delta": {"role": "assistant"}}]}, LAST_WORD)


def test_of_several_replies_the_first_is_taken_alone() -> None:
    reply = Reply(ignore_text)
    for index, word in ((0, "one "), (1, "eins "), (0, "two"), (1, "zwei")):
        reply.add({"choices": [{"index": index, "delta": {"content": word}}]})
    reply.add({"choices": [{"index": 1, "delta": {}, "finish_reason": "length"}]})
    assert not reply.whole
    reply.add({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    done = reply.completion(Request((Message("user", "count"),)), "m")
    assert (done.text, done.finish) == ("one two", "stop")


def test_of_several_candidates_the_first_is_taken_alone() -> None:
    reply = GeminiReply(ignore_text)
    for index, word in ((0, "one "), (1, "eins "), (0, "two")):
        part = {"content": {"parts": [{"text": word}]}}
        reply.add({"candidates": [{**part, **({"index": index} if index else {})}]})
    reply.add({"candidates": [{"index": 1, "finishReason": "SAFETY"}]})
    assert (reply.text, reply.finish) == ("one two", None)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        ({"type": "server_error", "code": None, "message": "It broke."}, 500),
        ({"code": "rate_limit_exceeded", "message": "Slow down."}, 429),
        ({"type": "overloaded_error"}, 503),
        ({"code": 502}, 502),
        ({"code": "503"}, 503),
        ("it broke", 400),
    ],
)
def test_an_error_within_a_stream_is_judged_by_its_number_or_its_name(error: Any, status: int) -> None:
    with pytest.raises(Trouble) as caught:
        Reply(ignore_text).add({"error": error})
    assert caught.value.status == status
