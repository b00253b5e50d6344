"""Judging one quotation against one document: a ladder of steps, the first that answers decides."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rlm_app.evidence.index import Index
from rlm_app.evidence.normalise import Normal, normalise
from rlm_app.types import Verdict

_ELISION = re.compile(r"(?:\[\s*(?:…|\.{3}|\. \. \.)\s*\]|\(\s*(?:…|\.{3})\s*\)|…|\.{3,}|\. \. \.)")
_INSERTED = re.compile(r"\[(\w)\]")
_WIDEST_GAP = 2_000
_MOST_PARTS = 20
_SHORTEST_PART = 4
_LONGEST_PART_AT_LEAST = 12


@dataclass(frozen=True, slots=True)
class Match:
    """A place in a document, [start, end) in its characters, and what it makes of the quotation."""

    verdict: Verdict
    start: int
    end: int


Step = Callable[[Index, str], list[Match]]


def found(index: Index, quote: str) -> list[Match]:
    """Return every place where the quotation stands, as it is or with "[t]he" read as "the"."""
    for written in dict.fromkeys((quote, _INSERTED.sub(r"\1", _trimmed(quote)))):
        normal = normalise(written)
        places = [index.extended(index.span(hit), written, normal) for hit in index.hits(normal)]
        if places:
            return [Match(Verdict.FOUND, start, end) for start, end in places]
    return []


def found_uninterrupted(index: Index, quote: str) -> list[Match]:
    """Return every place where the quotation stands once running heads, page numbers and notes are left out."""
    shortened = index.uninterrupted()
    if shortened is None:
        return []
    inner, back = shortened
    places = found(inner, quote)
    return [Match(Verdict.FOUND, back.origin(place.start), back.origin(place.end - 1) + 1) for place in places]


def found_in_parts(index: Index, quote: str) -> list[Match]:
    """Return every place where the pieces between "…" stand in their order, near each other."""
    parts = [normalise(_INSERTED.sub(r"\1", part)) for part in _ELISION.split(quote)]
    parts = [part for part in parts if part.text]
    lengths = [len(part.text) for part in parts]
    if not 2 <= len(parts) <= _MOST_PARTS or min(lengths) < _SHORTEST_PART or max(lengths) < _LONGEST_PART_AT_LEAST:
        return []
    chains = (_chain(index, first, parts[1:]) for first in index.hits(parts[0]))
    return [Match(Verdict.FOUND_IN_PARTS, start, end) for start, end in (index.span(c) for c in chains if c)]


def _chain(index: Index, first: tuple[int, int], rest: Sequence[Normal]) -> tuple[int, int] | None:
    """Return the stretch from `first` to the last part when each follows the one before within a sane distance."""
    end = first[1]
    for part in rest:
        hit = next(index.hits(part, end, end + _WIDEST_GAP + len(part.text)), None)
        if hit is None:
            return None
        end = hit[1]
    return first[0], end


def _trimmed(quote: str) -> str:
    """Return the quotation without an elision at its ends, which says only that the source goes on."""
    quote = re.sub(f"^(?:{_ELISION.pattern})", "", quote.strip())
    return re.sub(f"(?:{_ELISION.pattern})$", "", quote)


LADDER: tuple[Step, ...] = (found, found_uninterrupted, found_in_parts)


def matches(index: Index, quote: str) -> list[Match]:
    """Return the places the first step that finds any gives, in the order of the text; [] when none does."""
    return next((places for step in LADDER if (places := step(index, quote))), [])


def verify_quote(index: Index, quote: str) -> tuple[Verdict, int, int]:
    """Return the verdict on `quote` and the characters of the document, [start, end), that it stands for.

    `Found` means: the words are there, ignoring line breaks, hyphenation, typographic marks and letter case. The
    offsets are 0 and 0 when it is not found.
    """
    places = matches(index, quote)
    if not places:
        return Verdict.NOT_FOUND, 0, 0
    best = min(places, key=lambda place: (place.end - place.start, place.start))
    return best.verdict, best.start, best.end
