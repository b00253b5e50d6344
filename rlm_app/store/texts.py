"""Long texts are kept once, under their SHA-256, and referred to from wherever they occur."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

LONG = 2_000
_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
MARK = "$text"
"""Names a text that stands elsewhere: an object of this one key is a reference."""
_NESTED = frozenset({dict, list})
QUOTED = "$" + MARK
"""Stands around an object that looks like a reference and is none, as an imported file may hold it."""


def encode(value: Any) -> tuple[str, dict[str, str]]:
    """Return `value` as JSON text in which long strings are references, and these strings by their SHA-256."""
    texts: dict[str, str] = {}
    if _holds_long(value):  # as a prompt's event does, whose text would be written out here for nothing
        return _json(_take_out(value, texts)), texts
    body = _json(value)
    if len(body) > LONG or MARK in body:
        body = _json(_take_out(value, texts))
    return body, texts


def _holds_long(value: Any) -> bool:
    return type(value) is dict and any(type(item) is str and len(item) > LONG for item in value.values())


def decode(body: str, texts: Mapping[str, str]) -> Any:
    """Return the value that `encode` was given; raise KeyError when a text is missing."""
    return put_back(json.loads(body), texts)


def put_back(value: Any, texts: Mapping[str, str]) -> Any:
    """Return a JSON value with its references replaced by the texts; raise KeyError when one is missing."""
    if isinstance(value, dict):
        if len(value) == 1:
            if isinstance(value.get(MARK), str):
                return texts[value[MARK]]
            if isinstance(value.get(QUOTED), dict):
                value = value[QUOTED]
        return {key: put_back(item, texts) if type(item) in _NESTED else item for key, item in value.items()}
    return [put_back(item, texts) for item in value] if isinstance(value, list) else value


def name_of(text: str) -> str | None:
    """Return the text's SHA-256 in hex; None when it holds half of a surrogate pair, which no database column takes."""
    try:
        return hashlib.sha256(text.encode()).hexdigest()
    except UnicodeEncodeError:
        return None


def storable(text: str) -> str:
    """Return the text with each half of a surrogate pair replaced by a question mark: same length, fit for a column."""
    return text if text.isascii() else text.encode(errors="replace").decode()


def storable_json(value: Any) -> str:
    """Return a JSON value as text that is fit for a column, and that SQL can read."""
    return storable(json.dumps(value, ensure_ascii=False))


def readable(column: str) -> str:
    """Return in SQL a column of JSON that `encode` made, without halves of surrogate pairs, which SQL does not read."""
    pair = r"(?:\\ud[89a-f][0-9a-f][0-9a-f])+"
    found = rf"regexp_replace({column}, '([^\\](?:\\\\)*){pair}', '\1?', 'g')"
    return rf"(CASE WHEN contains({column}, '\ud') THEN {found} ELSE {column} END)"


def compact(value: Any) -> str:
    """Return a JSON value as the shortest text that says it."""
    return _COMPACT.encode(value)


def _json(value: Any) -> str:
    body = compact(value)
    return body if body.isascii() or name_of(body) is not None else json.dumps(value, separators=(",", ":"))


def _take_out(value: Any, texts: dict[str, str]) -> Any:
    if isinstance(value, str):
        name = name_of(value) if len(value) > LONG else None
        if name is None:
            return value
        texts[name] = value
        return {MARK: name}
    if isinstance(value, dict):
        taken = {key: _take_out(item, texts) for key, item in value.items()}
        return {QUOTED: taken} if len(taken) == 1 and not taken.keys().isdisjoint((MARK, QUOTED)) else taken
    return [_take_out(item, texts) for item in value] if isinstance(value, list) else value
