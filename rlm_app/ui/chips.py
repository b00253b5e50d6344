"""Numbered marks in an answer that lead from a quotation to its passage."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rlm_app.citations import Citation
from rlm_app.ui import safe, states

_CLOSERS = "”\"»’'*_) "
_OPEN, _SHUT, _QUOTE = "\ue000", "\ue001", "\ue002"
_MARK = re.compile(f"(?:{_QUOTE}(\\d+){_QUOTE}([^{_OPEN}]*))?{_OPEN}(\\d+){_SHUT}")


def with_chips(answer: str, citations: Sequence[Citation]) -> list[safe.Part]:
    """Return the answer in safe parts; each quotation in it shows word for word and has a chip behind it.

    A mark that `cite()` gave ("[[c3]]") makes room for its quotation's chip.
    """
    text = safe.unmarked(answer)
    quoted: dict[int, str] = {}
    position = 0
    for number, citation in enumerate(citations, 1):
        place = _place_of(text, citation.quote, position)
        if place is None:
            continue
        start, end, closed = place
        quoted[number] = text[start:end]
        # The quotation waits outside while the answer is made safe: what is Markdown around it is not in it.
        mark = f"{_QUOTE}{number}{_QUOTE}{text[end:closed]}{_OPEN}{number}{_SHUT}"
        text = text[:start] + mark + _without_mark(text[closed:], citation)
        position = start + len(mark)
    text = _named(text, citations)
    return [_drawn(part, citations, quoted) for part in safe.parts(text)]


def chip(number: int, citation: Citation) -> str:
    """Return the badge of a citation: its number, the shape and the colour of its verdict."""
    look = states.VERDICTS[citation.verdict]
    return f":{look.color}-badge[{look.icon} {number}]"


def leads(citation: Citation) -> bool:
    """Whether a quotation has a passage to go to; one that is nowhere leads nowhere."""
    return citation.end > citation.start or bool(citation.sha256 and citation.page)


def _without_mark(text: str, citation: Citation) -> str:
    """Return the text without the mark right behind a quotation that has its chip already."""
    mark = f"[[{citation.mark}]]"
    return text.lstrip(" ")[len(mark) :] if citation.mark and text.lstrip(" ").startswith(mark) else text


def _named(text: str, citations: Sequence[Citation]) -> str:
    """Return the text with a chip for each mark that stands without its quotation."""
    for number, citation in enumerate(citations, 1):
        if citation.mark:
            text = re.sub(rf" ?\[\[{re.escape(citation.mark)}\]\]", f"{_OPEN}{number}{_SHUT}", text)
    return text


def _place_of(text: str, quote: str, start: int) -> tuple[int, int, int] | None:
    """Return where a quotation begins and ends, and the place behind its closing mark."""
    parts = [re.escape(part) for part in quote.split()]
    found = re.compile(r"[\s>]+".join(parts)).search(text, start) if parts else None
    if found is None:
        return None
    end = found.end()
    while end < len(text) and text[end] in _CLOSERS.rstrip():
        end += 1
    return found.start(), found.end(), end


def _drawn(part: safe.Part, citations: Sequence[Citation], quoted: dict[int, str]) -> safe.Part:
    code = [] if part.is_code else safe.in_code(part.text)

    def draw(mark: re.Match[str]) -> str:
        number = int(mark.group(3))
        words, closing = quoted.get(number, "") if mark.group(1) else "", mark.group(2) or ""
        in_code = part.is_code or any(start <= mark.start() < end for start, end in code)
        if in_code:
            return words + closing
        return safe.quotation(words) + closing + _badge(number, citations[number - 1])

    return safe.Part(_MARK.sub(draw, part.text), is_code=part.is_code)


def _badge(number: int, citation: Citation) -> str:
    badge = chip(number, citation)
    return f" [{badge}](#quote-{number})" if leads(citation) else f" {badge}"
