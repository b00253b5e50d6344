"""A document's text with passages marked in it, as escaped HTML: the text is shown, never obeyed."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence

import streamlit as st

from rlm_app.types import Document, Page

Span = tuple[int, int]


def show(text: str, marks: Sequence[Span] = (), *, offset: int = 0, anchor: str = "") -> None:
    """Draw a stretch of a document; `marks` are offsets in the document, of which `text` begins at `offset`.

    `anchor` is the name by which a link on the page finds it.
    """
    inner = html_of(text, [(start - offset, end - offset) for start, end in marks])
    name = f' id="{html.escape(anchor)}"' if anchor else ""
    st.html(f'<div class="rlm-text" tabindex="0" role="region" aria-label="Text of the document"{name}>{inner}</div>')


def html_of(text: str, marks: Iterable[Span]) -> str:
    """Return escaped HTML in which the marked stretches stand in `<mark>`; overlapping marks become one."""
    pieces: list[str] = []
    position = 0
    for start, end in merged(marks, len(text)):
        pieces += [html.escape(text[position:start]), "<mark>", html.escape(text[start:end]), "</mark>"]
        position = end
    pieces.append(html.escape(text[position:]))
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


def place(unit: str, label: str) -> str:
    """Return "page 41", "section 4.2 Alarms"; labels that name their unit themselves stay as they are."""
    if not label:
        return ""
    return label if label.lower().startswith(unit.lower()) or unit in {"lines", "rows"} else f"{unit} {label}"
