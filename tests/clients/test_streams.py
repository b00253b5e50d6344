from __future__ import annotations

import json
from typing import Any

import pytest

from rlm_app.clients.anthropic_reply import usage_of as anthropic_usage
from rlm_app.clients.gemini_reply import usage_of as gemini_usage
from rlm_app.clients.streams import Reply, chunks, count_of, lines_of, parsed
from rlm_app.clients.trouble import Kind, Trouble
from rlm_app.protocols import ignore_text

ONE: dict[str, Any] = {"n": 1}
TWO: dict[str, Any] = {"n": 2}
BOTH = b'data: {"n": 1}\n\ndata: {"n": 2}\n\n'


@pytest.mark.parametrize(
    "stream",
    [
        BOTH,
        BOTH.replace(b"\n", b"\r\n"),
        BOTH.replace(b"data: ", b"data:"),
        b"\xef\xbb\xbf" + BOTH,
        b": keep-alive\n\ndata:\n\n" + BOTH,
        b"id: 7\nevent: message\nretry: 10\n" + BOTH,
        BOTH + b"data: [DONE]\n\ndata: what comes after the last word\n\n",
        BOTH.rstrip(),
        b'data: {"n":\ndata: 1}\n\ndata: {"n": 2}',
        b'data: {"n": 1}\ndata: {"n": 2}\n',
    ],
)
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_events_are_read_however_servers_write_them_and_wherever_they_are_cut(stream: bytes, size: int) -> None:
    pieces = [stream[at : at + size] for at in range(0, len(stream), size)]
    assert list(chunks(pieces)) == [ONE, TWO]


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
    joined = list(lines_of([b"x" * 1000] * 2000 + [b"\ny"]))
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
