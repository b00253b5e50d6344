"""Frames as the host writes and reads them. What a worker sends is hostile: every cap and every shape is checked here.

A frame is a 4-byte big-endian length and that many bytes of JSON; "blob": [n, …] announces texts of n bytes each that follow
it, and "raw": n that the last n of these are bytes and no text. `environments/worker.py` holds the other end and the list of
operations.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from rlm_app.errors import REPLLost

HEAD_BYTES = 1 << 20
CALL_BYTES = 64 << 20
LOAD_BYTES = 512 << 20
JSON_BYTES = 4 << 20
LIST_MAX = 50_000

Kind = str | int


@dataclass(frozen=True, slots=True)
class Frame:
    """One message from a worker: its operation, its other fields, its texts, and what came as bytes."""

    op: str
    head: Mapping[str, Any]
    texts: tuple[str, ...]
    raw: tuple[bytes, ...] = ()


def encode(head: Mapping[str, Any], texts: Sequence[bytes] = ()) -> bytes:
    """Return a frame as bytes; raise `ValueError` when it is larger than a worker takes."""
    body = json.dumps({**head, "blob": [len(text) for text in texts]}).encode()
    size = sum(map(len, texts))
    if len(body) > HEAD_BYTES or size > LOAD_BYTES:
        raise ValueError(f"a frame of {len(body):,} and {size:,} bytes is too large; {LOAD_BYTES:,} bytes are allowed")
    return b"".join((len(body).to_bytes(4, "big"), body, *texts))


def read_frame(read: Callable[[int], bytes]) -> Frame:
    """Read the next frame from a worker; raise `REPLLost` when it is malformed."""
    size = int.from_bytes(read(4), "big")
    if not 2 <= size <= HEAD_BYTES:
        malformed(f"a header of {size:,} bytes")
    head = parse_json(read(size))
    if not isinstance(head, dict) or not isinstance(head.get("op"), str):
        malformed("a header that is no operation")
    sizes = head.get("blob", [])
    if not isinstance(sizes, list) or not all(type(size) is int and size >= 0 for size in sizes):
        malformed("a blob without sizes")
    if sum(sizes) > CALL_BYTES:
        malformed(f"a blob of {sum(sizes):,} bytes; {CALL_BYTES:,} are allowed")
    raw = head.get("raw", 0)
    if type(raw) is not int or not 0 <= raw <= len(sizes):
        malformed("bytes without sizes")
    ends = list(itertools.accumulate(sizes, initial=0))
    blob = memoryview(read(ends[-1]) if sizes else b"")
    parts = [blob[start:end] for start, end in itertools.pairwise(ends)]
    texts = tuple(str(part, "utf-8", "replace") for part in parts[: len(parts) - raw])
    return Frame(head["op"], head, texts, tuple(bytes(part) for part in parts[len(parts) - raw :]))


def malformed(what: str) -> NoReturn:
    """Give the worker up for having sent `what`."""
    raise REPLLost(f"the worker broke the protocol: it sent {what}")


def parse_json(data: bytes | str) -> Any:
    """Return the JSON value a worker sent, without lone surrogates; NaN, endless numbers and depth are malformed."""
    if len(data) > JSON_BYTES:
        malformed(f"{len(data):,} bytes of JSON; {JSON_BYTES:,} are allowed")
    try:
        value = json.loads(data, parse_constant=malformed)
        if ("\\u" if isinstance(data, str) else b"\\u") in data:  # type: ignore[operator]
            value = json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))
    except (ValueError, RecursionError) as error:
        raise REPLLost("the worker broke the protocol: it sent what is no JSON") from error
    return value


def pack(value: object) -> tuple[Kind, list[bytes]]:
    """Return the kind and the texts by which a value travels; raise `TypeError` or `ValueError` when it is not JSON."""
    if isinstance(value, str):
        return "text", [as_bytes(value)]
    if isinstance(value, list | tuple) and len(value) <= LIST_MAX and all(isinstance(item, str) for item in value):
        return len(value), [as_bytes(item) for item in value]
    return "json", [as_bytes(json.dumps(value, ensure_ascii=False))]


def unpack(kinds: Sequence[object], texts: Sequence[str]) -> list[Any]:
    """Return the values that travelled as `kinds` and `texts`; raise `REPLLost` when these do not fit."""
    values: list[Any] = []
    at = 0
    for kind in kinds:
        count = kind if type(kind) is int else 1
        part = texts[at : at + count]
        if count < 0 or len(part) < count or (type(kind) is not int and kind not in ("text", "json")):
            malformed("a value of no known kind")
        at += count
        values.append(list(part) if type(kind) is int else part[0] if kind == "text" else parse_json(part[0]))
    if at != len(texts):
        malformed("texts that belong to nothing")
    return values


def as_bytes(text: str) -> bytes:
    """Return text as it travels; lone surrogates pass."""
    return text.encode("utf-8", "surrogatepass")
