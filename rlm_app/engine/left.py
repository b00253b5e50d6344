"""What `budget()` told a cell, kept in the record: a run that is gone through again is told the same."""

from __future__ import annotations

import json
from collections.abc import Mapping

TOPIC = "budget asked"
_WORDS = "What was left of the limits: "


def written(left: Mapping[str, float]) -> str:
    """Return the sentence that tells a person, and `told` later, what was left."""
    return _WORDS + json.dumps(dict(left))


def told(text: str) -> Mapping[str, float] | None:
    """Return what such a sentence says was left, None for another sentence."""
    if not text.startswith(_WORDS):
        return None
    try:
        left: Mapping[str, float] = json.loads(text.removeprefix(_WORDS))
    except ValueError:
        return None
    return left
