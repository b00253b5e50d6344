"""Cutting a value into frames that a worker binds to a name."""

from __future__ import annotations

import json
from collections.abc import Iterator

from rlm_app.engine.frames import LOAD_BYTES, as_bytes, encode
from rlm_app.errors import REPLError

PIECE_CHARS = 2 << 20
PIECE_ITEMS = 10_000


def load_frames(name: str, value: object) -> Iterator[bytes]:
    """Yield the frames that bind `value` to `name`; raise `REPLError` for what is neither text, texts nor JSON.

    Text, a list or tuple of texts and a dict from text to text go as they are, anything else as JSON. Only one frame at a
    time is in memory.
    """
    kind, pieces = _pieces(name, value)
    waiting: list[bytes] | None = None
    for piece in pieces:
        if waiting is not None:
            yield encode({"op": "load", "name": name, "kind": kind, "more": True}, waiting)
        waiting = piece
    yield encode({"op": "load", "name": name, "kind": kind, "more": False}, waiting or [])


def _pieces(name: str, value: object) -> tuple[str, Iterator[list[bytes]]]:
    if isinstance(value, str):
        return "text", _cut(value)
    if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
        return "list", _bundle(name, iter(value))
    if isinstance(value, dict) and all(isinstance(item, str) for pair in value.items() for item in pair):
        return "dict", _bundle(name, (item for pair in value.items() for item in pair))
    try:
        return "json", _cut(json.dumps(value, ensure_ascii=False))
    except (TypeError, ValueError, RecursionError) as error:
        raise REPLError(
            f"{name} cannot be loaded: {error}. Give text, a list of texts, or what JSON can hold."
        ) from error


def _cut(text: str) -> Iterator[list[bytes]]:
    for at in range(0, len(text), PIECE_CHARS):
        yield [as_bytes(text[at : at + PIECE_CHARS])]


def _bundle(name: str, items: Iterator[str]) -> Iterator[list[bytes]]:
    bundle: list[bytes] = []
    size = 0
    for item in items:
        data = as_bytes(item)
        if len(data) > LOAD_BYTES:
            raise REPLError(f"{name} holds a text of {len(data):,} bytes; one text may have {LOAD_BYTES:,}. Cut it up.")
        if bundle and (size + len(data) > PIECE_CHARS or len(bundle) >= PIECE_ITEMS):
            yield bundle
            bundle, size = [], 0
        bundle.append(data)
        size += len(data)
    if bundle:
        yield bundle
