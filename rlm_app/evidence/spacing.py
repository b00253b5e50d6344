"""White space is not compared, but it matters beside some words: "not able" is not "notable"."""

from __future__ import annotations

from rlm_app.evidence.normalise import Normal
from rlm_app.evidence.weights import matters_apart

_LONGEST = 16
"""Letters from which on a word is none of those that matter."""


def same_spacing(quote: Normal, here: Normal, start: int) -> bool:
    """Whether a quotation that stands in `here` from `start` on is divided into words as it is there, where it matters."""
    end = start + len(quote.text)
    if _words(quote, 0, len(quote.text)) == _words(here, start, end):
        return True
    ours, theirs = quote.gaps(0, len(quote.text)), here.gaps(start, end)
    if ours == theirs:
        return True
    marked = set().union(*quote.marks(0, len(quote.text)), *here.marks(start, end))
    return not any(
        matters_apart(*_words_at(quote.text, place, *((ours, theirs) if place in ours else (theirs, ours))))
        for place in (ours ^ theirs) - marked
    )


def _words(normal: Normal, start: int, end: int) -> list[str]:
    """Return the written words of [start, end), told apart by white space and nothing else."""
    return normal.original[normal.offsets[start] : normal.offsets[end - 1] + 1].split()


def _words_at(text: str, place: int, apart: set[int], together: set[int]) -> tuple[str, str, str]:
    """Return the word before a place and the one after it where they are two, and the one they make together."""
    left = text[_edge(text, place, apart, -1) : place]
    right = text[place : _edge(text, place, apart, 1)]
    joined = text[_edge(text, place, together, -1) : _edge(text, place, together, 1)]
    return left, right, joined


def _edge(text: str, place: int, gaps: set[int], step: int) -> int:
    """Return where the word that touches `place` on one side ends, or where it is too long to be one that matters."""
    at = place
    while abs(at - place) < _LONGEST and 0 < at + (step > 0) <= len(text) and (at == place or at not in gaps):
        beyond = text[at] if step > 0 else text[at - 1]
        if not (beyond.isalpha() or beyond == "'"):
            break
        at += step
    return at
