"""An answer in the few words that fit into a cell of a grid; pure functions."""

from __future__ import annotations

import re

SHORT = 240
"""Characters of a short answer, at most."""

_FENCE = re.compile(r"^[ \t]*(```|~~~).*?(?:^[ \t]*\1[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)
_START = re.compile(r"^\s*(?:#{1,6}\s+|>\s?|[-*+]\s+)+", re.MULTILINE)
_EMPHASIS = re.compile(r"(\*\*|__|`)(.+?)\1", re.DOTALL)


def short_answer(answer: str, *, concludes: bool = True, limit: int = SHORT) -> str:
    """Return the first paragraph of an answer without its Markdown, on one line of at most `limit` characters.

    One that does not conclude anything, a finder's, begins with a sentence about itself; there it is the second.
    """
    paragraphs = [plain for part in re.split(r"\n\s*\n", _FENCE.sub("", answer)) if (plain := _plain(part))]
    if not paragraphs:
        return ""
    first = paragraphs[0] if concludes or len(paragraphs) == 1 else paragraphs[1]
    if concludes and first.endswith(":") and len(paragraphs) > 1:
        first = f"{first} {paragraphs[1]}"
    return _clip(first, limit)


def _plain(text: str) -> str:
    return " ".join(_EMPHASIS.sub(r"\2", _START.sub("", text)).split())


def _clip(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    whole = text[: limit - 1].rsplit(" ", 1)[0] or text[: limit - 1]
    return f"{whole.rstrip(' ,;:')}…"
