"""Dataclasses of the vocabulary built from JSON values that anybody may have written."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

_LARGEST = 2**53
_HINTS: dict[Any, dict[str, Any]] = {}


def build(cls: Any, data: Mapping[str, Any]) -> Any:
    """Build a dataclass of the vocabulary from JSON values; raise KeyError, TypeError or ValueError when they do not fit."""
    hints = _hints(cls)
    return cls(**{name: _convert(hints[name], data[name]) for name in hints if name in data})


def _hints(cls: Any) -> dict[str, Any]:
    if cls not in _HINTS:
        hints = typing.get_type_hints(cls)
        _HINTS[cls] = {f.name: hints[f.name] for f in dataclasses.fields(cls)}
    return _HINTS[cls]


def _convert(hint: Any, value: Any) -> Any:
    """Turn a JSON value into what the annotation `hint` says, for the few shapes events are made of."""
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin is types.UnionType or origin is typing.Union:
        return None if value is None else _convert(next(arg for arg in args if arg is not type(None)), value)
    if origin is tuple:
        return tuple(_convert(args[0], item) for item in value)
    if dataclasses.is_dataclass(hint):
        return build(hint, value)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return hint(value)
    return _plain(hint, origin or hint, args, value)


def _plain(hint: Any, kind: Any, args: tuple[Any, ...], value: Any) -> Any:
    """Return a value that needs no turning; raise TypeError for one of another kind, as a file from elsewhere may hold it."""
    if kind is typing.Literal:
        fits = value in args
    elif kind is float:
        fits = type(value) in {int, float} and abs(value) <= _LARGEST
    elif kind is int:
        fits = type(value) is int and abs(value) <= _LARGEST
    elif kind in {str, bool}:
        fits = type(value) is kind
    else:
        fits = isinstance(value, Mapping) if kind is Mapping else True
    if not fits:
        raise TypeError(f"{str(value)[:40]!r} is no {getattr(hint, '__name__', hint)}")
    return value
