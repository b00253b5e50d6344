"""A document's text with passages marked in it, as escaped HTML: the text is shown, never obeyed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import streamlit as st

from rlm_app.types import Document, Page
from rlm_app.ui import safe

Span = tuple[int, int]


def show(
    text: str,
    marks: Sequence[Span] = (),
    *,
    offset: int = 0,
    anchor: str = "",
    differing: Sequence[Span] = (),
    quote: int = 0,
) -> None:
    """Draw a stretch of a document; `marks` are offsets in the document, of which `text` begins at `offset`.

    `anchor` is the name by which a link on the page finds it; `differing` are the words a quotation has otherwise,
    and `quote` is the number of the quotation that is to be brought into view.
    """
    inner = html_of(text, _moved(marks, offset), _moved(differing, offset))
    name = f' id="{safe.html(anchor)}"' if anchor else ""
    about = f'tabindex="0" role="region" aria-label="Text of the document" data-quote="{quote}"'
    st.html(f'<div class="rlm-text" {about}{name}>{inner}</div>')


def html_of(text: str, marks: Iterable[Span], differing: Iterable[Span] = ()) -> str:
    """Return escaped HTML in which the marked stretches stand in `<mark>`, the differing words in `<u>` within them.

    Overlapping marks become one.
    """
    pieces: list[str] = []
    position = 0
    words = merged(differing, len(text))
    for start, end in merged(marks, len(text)):
        inside = [(max(a, start), min(b, end)) for a, b in words if a < end and b > start]
        pieces += [safe.html(text[position:start]), "<mark>", *_underlined(text, (start, end), inside), "</mark>"]
        position = end
    pieces.append(safe.html(text[position:]))
    return "".join(pieces)


def merged(marks: Iterable[Span], length: int) -> list[Span]:
    """Return the marks cut to [0, length), in order and without overlaps."""
    found: list[Span] = []
    for start, end in sorted((max(0, a), min(length, b)) for a, b in marks):
        if start >= end:
            continue
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def around(document: Document, start: int, end: int, reach: int = 160) -> tuple[str, int]:
    """Return the text around a passage, cut at words, and the offset at which it begins."""
    text = document.text
    left, right = max(0, start - reach), min(len(text), end + reach)
    while left > 0 and not text[left - 1].isspace() and start - left < reach + 40:
        left -= 1
    while right < len(text) and not text[right].isspace() and right - end < reach + 40:
        right += 1
    return text[left:right], left


def words_beside(document: Document, start: int, end: int, count: int = 5) -> tuple[str, str]:
    """Return the last `count` words before a passage and the first behind it, each in one line up to the passage."""
    before, after = document.text[max(0, start - 200) : start], document.text[end : end + 200]
    left, right = " ".join(before.split()[-count:]), " ".join(after.split()[:count])
    return left + before[-1:].isspace() * " ", after[:1].isspace() * " " + right


def page_text(document: Document, page: Page) -> str:
    """Return the text of one page."""
    return document.text[page.start : page.end]


def find(document: Document, words: str, limit: int = 200) -> list[Span]:
    """Return where the words occur, whatever their case and wherever lines break between them."""
    parts = [re.escape(part) for part in words.split()]
    if not parts:
        return []
    found = re.finditer(r"\s+".join(parts), document.text, re.IGNORECASE)
    return [match.span() for match, _ in zip(found, range(limit), strict=False)]


def place(unit: str, label: str, of: int = 0) -> str:
    """Return "page 41", "page 41 of 212", "section 4.2 Alarms"; labels that name their unit stay as they are."""
    if not label:
        return ""
    if label.lower().startswith(unit.lower()) or unit in {"lines", "rows"}:
        return label
    return f"{unit} {label}" + (f" of {of:,}" if of > 1 and unit == "page" else "")


def _moved(spans: Iterable[Span], offset: int) -> list[Span]:
    return [(start - offset, end - offset) for start, end in spans]


def _underlined(text: str, whole: Span, words: Iterable[Span]) -> list[str]:
    pieces, position = [], whole[0]
    for start, end in words:
        pieces += [safe.html(text[position:start]), "<u>", safe.html(text[start:end]), "</u>"]
        position = end
    return [*pieces, safe.html(text[position : whole[1]])]
