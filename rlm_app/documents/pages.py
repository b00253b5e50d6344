"""Putting a document's text together from pages, so that every character has one."""

import re
from collections.abc import Sequence
from itertools import repeat

from rlm_app.errors import DocumentError
from rlm_app.types import Page

MAX_CHARACTERS = 100_000_000

Part = tuple[str, str, str]
"""Label, text and kind of one page."""

Span = tuple[int, int]

INSIDE = " · "
"""Stands in a label between a file, sheet or message and the place inside it: "terms.pdf · page 3"."""

_NEVER = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u2060\ufeff\ud800-\udfff\ufffe\uffff]")


def join(name: str, parts: list[Part], running: Sequence[Sequence[Span]] = ()) -> tuple[str, tuple[Page, ...]]:
    """Return the text of all parts in order and their pages, which follow one another without a gap.

    `running` are for each part the lines of its own text that further ones had too.
    """
    check_length(name, sum(len(text) for _, text, _ in parts))
    pages, start = [], 0
    for (label, text, kind), lines in zip(parts, running or repeat(()), strict=False):
        kept = tuple((start + first, start + last) for first, last in lines)
        pages.append(Page(label, start, start + len(text), kind, kept))
        start += len(text)
    return "".join(text for _, text, _ in parts), tuple(pages)


def check_length(name: str, characters: int) -> None:
    """Raise `DocumentError` when a document is longer than one may be."""
    if characters > MAX_CHARACTERS:
        raise DocumentError(name, f"holds {characters:,} characters, and {MAX_CHARACTERS:,} are allowed; split it")


def clean(text: str) -> str:
    """Return `text` with newlines as \\n and without what no page shows: control characters, halves of characters."""
    return _NEVER.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def tidy_lines(text: str) -> str:
    """Return `text` without blanks at line ends and with at most one empty line in a row."""
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"(?<![ \t\u00a0])[ \t\u00a0]+(?=\n|$)", "", text)).strip("\n")


def part(label: str, text: str) -> Part:
    """Return a page of cleaned text that an empty line ends; one without text is "empty"."""
    text = tidy_lines(clean(text))
    return label, text and text + "\n\n", "text" if text else "empty"
