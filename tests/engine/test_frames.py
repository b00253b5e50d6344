"""Frames, as read from a worker that may send anything."""

import contextlib
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rlm_app.engine.frames import CALL_BYTES, HEAD_BYTES, Frame, as_bytes, encode, pack, read_frame, unpack
from rlm_app.errors import REPLLost

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


def reader(data: bytes) -> Callable[[int], bytes]:
    stream = io.BytesIO(data)

    def read(count: int) -> bytes:
        found = stream.read(count)
        if len(found) < count:
            raise REPLLost("the worker ended")
        return found

    return read


def raw(head: Any, blob: bytes = b"") -> bytes:
    body = head if isinstance(head, bytes) else json.dumps(head).encode()
    return len(body).to_bytes(4, "big") + body + blob


@given(TEXTS, st.lists(TEXTS, max_size=5))
def test_a_frame_arrives_as_it_was_sent(op: str, texts: list[str]) -> None:
    frame = read_frame(reader(encode({"op": op, "n": 1}, [as_bytes(text) for text in texts])))
    assert (frame.op, frame.head["n"], list(frame.texts)) == (op, 1, texts)


@given(st.lists(TEXTS, max_size=3), st.lists(st.binary(max_size=50), max_size=3))
def test_what_is_sent_as_bytes_arrives_as_bytes_after_the_texts(texts: list[str], parts: list[bytes]) -> None:
    sent = encode({"op": "result", "raw": len(parts)}, [*(as_bytes(text) for text in texts), *parts])
    frame = read_frame(reader(sent))
    assert (list(frame.texts), list(frame.raw)) == (texts, parts)


@given(st.binary(max_size=300))
def test_random_bytes_are_a_lost_worker_and_nothing_else(data: bytes) -> None:
    read = reader(data)
    with contextlib.suppress(REPLLost):
        while isinstance(read_frame(read), Frame):
            continue
        pytest.fail("the end of the stream is a lost worker")


@given(st.binary(max_size=200))
def test_a_header_of_random_bytes_is_a_frame_or_a_lost_worker(body: bytes) -> None:
    with contextlib.suppress(REPLLost):
        assert isinstance(read_frame(reader(raw(body))), Frame)


HOSTILE: dict[str, bytes] = {
    "a header too long": (HEAD_BYTES + 1).to_bytes(4, "big"),
    "an empty header": (0).to_bytes(4, "big"),
    "no object": raw([1, 2]),
    "no operation": raw({"id": 1}),
    "an operation that is a number": raw({"op": 1}),
    "no JSON": raw(b"{op: 1}"),
    "bytes that are no text": raw(b'{"op": "\xff\xfe"}'),
    "NaN": raw(b'{"op": "call", "x": NaN}'),
    "an endless number": raw(b'{"op": "call", "x": ' + b"9" * 100_000 + b"}"),
    "endless depth": raw(b'{"op": ' + b"[" * 200_000),
    "a blob that is a number": raw({"op": "call", "blob": 5}),
    "a negative size": raw({"op": "call", "blob": [-1]}),
    "a size that is a truth": raw({"op": "call", "blob": [True]}),
    "a blob too large": raw({"op": "call", "blob": [CALL_BYTES, 1]}),
    "a blob cut short": raw({"op": "call", "blob": [10]}, b"short"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_frame_is_a_lost_worker(name: str) -> None:
    with pytest.raises(REPLLost, match="the worker"):
        read_frame(reader(HOSTILE[name]))


def test_bytes_that_are_no_text_are_replaced_so_that_everybody_can_keep_them() -> None:
    frame = read_frame(
        reader(raw({"op": "output", "blob": [5, 3]}, b"a\xff\xfeb" + b"!" + "\ud800".encode("utf-8", "surrogatepass")))
    )
    assert [str(text) for text in frame.texts] == ["a\ufffd\ufffdb!", "\ufffd\ufffd\ufffd"]


def test_lone_surrogates_in_a_header_are_replaced() -> None:
    frame = read_frame(reader(raw(b'{"op": "result", "error": {"message": "a\\ud800b"}}')))
    assert frame.head["error"]["message"] == "a?b"


@given(
    st.recursive(st.none() | st.booleans() | st.integers() | TEXTS, lambda v: st.lists(v) | st.dictionaries(TEXTS, v))
)
def test_values_travel_as_kinds_and_texts(value: Any) -> None:
    kind, texts = pack(value)
    assert unpack([kind], [text.decode() for text in texts]) == [value]


def test_several_values_share_one_list_of_texts() -> None:
    assert unpack(["text", 2, "json"], ["a", "b", "c", "[1]"]) == ["a", ["b", "c"], [1]]


@pytest.mark.parametrize(
    ("kinds", "texts"),
    [
        (["text"], []),
        ([3], ["a"]),
        (["text"], ["a", "b"]),
        ([-1], []),
        (["odd"], ["a"]),
        ([True], ["a"]),
        ([None], ["a"]),
        (["json"], ["{"]),
    ],
)
def test_values_that_do_not_fit_their_texts_are_a_lost_worker(kinds: list[Any], texts: list[str]) -> None:
    with pytest.raises(REPLLost):
        unpack(kinds, texts)


def test_json_beyond_its_cap_is_a_lost_worker() -> None:
    with pytest.raises(REPLLost, match="JSON"):
        unpack(["json"], ["[" + "[]," * 2_000_000 + "1]"])


def test_a_frame_that_no_worker_takes_is_refused() -> None:
    with pytest.raises(ValueError, match="too large"):
        encode({"op": "reply", "id": "x" * (HEAD_BYTES + 1)})
