"""Numbered marks in an answer that lead from a quotation to its passage."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rlm_app.types import Citation
from rlm_app.ui import safe, states

_CLOSERS = "”\"»’'*_) "
_OPEN, _SHUT = "\ue000", "\ue001"
_MARK = re.compile(f"{_OPEN}(\\d+){_SHUT}")


def with_chips(answer: str, citations: Sequence[Citation]) -> list[safe.Part]:
    """Return the answer in safe parts with a chip behind each quotation that stands in it word for word."""
    text = safe.unmarked(answer)
    position = 0
    for number, citation in enumerate(citations, 1):
        at = _end_of(text, citation.quote, position)
        if at is None:
            continue
        mark = f"{_OPEN}{number}{_SHUT}"
        text = text[:at] + mark + text[at:]
        position = at + len(mark)
    return [_drawn(part, citations) for part in safe.parts(text)]


def chip(number: int, citation: Citation) -> str:
    """Return the badge of a citation: its number, the shape and the colour of its verdict."""
    look = states.VERDICTS[citation.verdict]
    return f":{look.color}-badge[{look.icon} {number}]"


def _end_of(text: str, quote: str, start: int) -> int | None:
    """Return the place behind a quotation and its closing mark."""
    parts = [re.escape(part) for part in quote.split()]
    found = re.compile(r"[\s>]+".join(parts)).search(text, start) if parts else None
    if found is None:
        return None
    end = found.end()
    while end < len(text) and text[end] in _CLOSERS.rstrip():
        end += 1
    return end


def _drawn(part: safe.Part, citations: Sequence[Citation]) -> safe.Part:
    if part.is_code:
        return safe.Part(_MARK.sub("", part.text), is_code=True)

    def badge(mark: re.Match[str]) -> str:
        number = int(mark.group(1))
        citation = citations[number - 1]
        badge = chip(number, citation)
        # A quotation that is nowhere leads nowhere: its chip is no link.
        return f" [{badge}](#quote-{number})" if citation.end > citation.start else f" {badge}"

    return safe.Part(_MARK.sub(badge, part.text), is_code=False)
