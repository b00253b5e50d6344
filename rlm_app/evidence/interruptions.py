"""Sentences with something between their halves that is no part of them: a running head, a page number, a note."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from rlm_app.types import Page

# As the loaders write footnotes where they are anchored, and what stands for pictures.
_NOTE = re.compile(r"\[(?:note|picture): [^\[\]]*\]")
_EDGE_LINES = 3
_MIN_PAGES = 3
_LONGEST_LINE = 200
_COMMON_BEGINNING = 24

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Shortened:
    """A text with stretches left out: `starts[i]` is where its i-th piece begins, `origins[i]` where that was before."""

    text: str
    starts: array[int]
    origins: array[int]

    def origin(self, at: int) -> int:
        """Return where the character at `at` stands in the whole text."""
        piece = bisect_right(self.starts, at) - 1
        return self.origins[piece] + at - self.starts[piece]


def without_interruptions(text: str, pages: Sequence[Page]) -> Shortened | None:
    """Return `text` without its running lines and anchored notes, or None if it has neither."""
    gaps = _apart(sorted(running_lines(text, pages) + [note.span() for note in _NOTE.finditer(text)]))
    if not gaps:
        return None
    pieces: list[str] = []
    starts, origins = array("I"), array("I")
    length = 0
    for start, end in zip([0, *(gap[1] for gap in gaps)], [*(gap[0] for gap in gaps), len(text)], strict=True):
        if end > start:
            starts.append(length)
            origins.append(start)
            pieces.append(text[start:end])
            length += end - start
    return Shortened("".join(pieces), starts, origins)


def _apart(spans: list[Span]) -> list[Span]:
    """Return the spans, in order, that do not reach into the one before."""
    kept: list[Span] = []
    for span in spans:
        if not kept or span[0] >= kept[-1][1]:
            kept.append(span)
    return kept


def running_lines(text: str, pages: Sequence[Page]) -> list[Span]:
    """Return where the lines stand that are among the outer three of three pages or more, but for their numbers."""
    edges = [line for page in pages for line in _edge_lines(text, page)]
    pages_with = Counter(key for key, _ in edges)
    return sorted({span for key, span in edges if pages_with[key] >= _MIN_PAGES})


def _edge_lines(text: str, page: Page) -> list[tuple[str, Span]]:
    """Return the outer lines of a page with what is alike in them on all pages; each kind once a page."""
    found_lines = re.finditer(r"[^\n]*\n|[^\n]+$", text[page.start : page.end])
    lines = [match.span() for match in found_lines if not match[0].isspace()]
    outer = lines if len(lines) <= 2 * _EDGE_LINES else lines[:_EDGE_LINES] + lines[-_EDGE_LINES:]
    spans = [(page.start + start, page.start + end) for start, end in outer if end - start <= _LONGEST_LINE]
    found = {_key(text[start:end]): (start, end) for start, end in spans}
    return list(found.items())


def _key(line: str) -> str:
    """Return what a running line has in common on all pages: its beginning, as chapter titles follow, without numbers."""
    return " ".join(re.sub(r"\d+|\b[ivxlc]+\b", "#", line.casefold()).split())[:_COMMON_BEGINNING]
