"""Judging one quotation against one document: a ladder of steps, the first that answers decides."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from rlm_app.citations import Difference, Verdict
from rlm_app.evidence.index import Index
from rlm_app.evidence.interruptions import Shortened
from rlm_app.evidence.near import Near, nearest
from rlm_app.evidence.normalise import Normal, normalised
from rlm_app.evidence.page_turns import trimmed
from rlm_app.evidence.weights import Weight

_ELISION = re.compile(r"(?:\[\s*(?:…|\.{3}|\. \. \.)\s*\]|\(\s*(?:…|\.{3})\s*\)|…|(?<!\.)\.{3,}|\. \. \.)")
_INSERTED = re.compile(r"\[(\w)\]|\[sic!?\]", re.IGNORECASE)
_FINAL = " .,;:!?”’\"'\\"
_WIDEST_GAP = 2_000
_MOST_PARTS = 20
_SHORTEST_PART = 4
_LONGEST_PART_AT_LEAST = 12
_LONGEST_WHOLE = 2_000
"""Characters of a quotation that are laid beside a passage at once; a longer one is compared piece by piece."""


@dataclass(frozen=True, slots=True)
class Match:
    """A place in a document, [start, end) in its characters, and what it makes of the quotation.

    `changed` is how many words of the quotation are others there, and `weight` why that matters, if it does.
    """

    verdict: Verdict
    start: int
    end: int
    differences: tuple[Difference, ...] = ()
    changed: int = 0
    weight: Weight | None = None


Step = Callable[[Index, str], list[Match]]


def found(index: Index, quote: str) -> list[Match]:
    """Return every place where the quotation stands: as it is, or with "[t]he" read as "the", and the writer's own
    "[sic]", and point or comma at its end, left out.
    """
    return list(_places(index, quote))


def _places(index: Index, quote: str, after: int = 0) -> Iterator[Match]:
    """Yield the places of `found` that begin at a character of the document or behind it."""
    plain = _as_written(_trimmed(quote))
    start = bisect_left(index.normal.offsets, after)
    for written in dict.fromkeys((quote, plain, plain.rstrip(_FINAL))):
        normal = normalised(written)
        hit = None
        for hit in index.hits(normal, start):
            yield Match(Verdict.FOUND, *index.extended(index.span(hit), written, normal))
        if hit:
            return


def _as_written(quote: str) -> str:
    """Return the quotation with "[t]he" read as "the" and without the writer's own "[sic]"."""
    return _INSERTED.sub(lambda inserted: inserted[1] or "", quote)


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
    parts = [normalised(_as_written(part)) for part in _ELISION.split(quote)]
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


def found_beside_running_lines(index: Index, quote: str) -> list[Match]:
    """Return every place where the quotation stands but for a running head or foot in it that the text has elsewhere."""
    for rest in trimmed(index.text, index.pages, quote):
        if places := [
            each for each in found(index, rest.rest) if rest.fits(index.text, index.pages, each.start, each.end)
        ]:
            return places
    return []


EXACT: tuple[Step, ...] = (found, found_uninterrupted, found_in_parts, found_beside_running_lines)
_SCANNED = frozenset({"ocr", "scanned"})
_SAME_ON_PICTURE = 70.0
"""How alike, of 100, the characters of a recognised page must be for it to be the one that is meant."""


def matches(index: Index, quote: str) -> list[Match]:
    """Return the places where the quotation stands, by the first step that finds any, in the order of the text."""
    return next((places for step in EXACT if (places := step(index, quote))), [])


def approximate(index: Index, quote: str) -> Match | None:
    """Return the place that comes nearest to a quotation which stands nowhere, with what its words make of it.

    Altered and Close say that at most a third of the words differ; Not found is a passage that merely shares some.
    """
    parts = [part.strip() for part in _ELISION.split(_trimmed(quote)) if part.strip()]
    if len(parts) > _MOST_PARTS:
        return None
    pieces = [piece for part in parts for piece in _pieces(part)]
    if len(pieces) > 1:
        return _near_in_parts(index, pieces)
    return _near_whole(index, _as_written(_trimmed(quote)))


def _pieces(text: str) -> Iterator[str]:
    """Yield a text in pieces that can be compared at once, cut between words where there are any."""
    start = 0
    while len(text) - start > _LONGEST_WHOLE:
        blank = text.rfind(" ", start + _LONGEST_WHOLE // 2, start + _LONGEST_WHOLE)
        end = blank if blank > 0 else start + _LONGEST_WHOLE
        yield text[start:end].strip()
        start = end
    yield text[start:].strip()


def _near_whole(index: Index, quote: str) -> Match | None:
    near = nearest(index, quote)
    shortened = index.uninterrupted() if near is None or near.changed > 1 else None
    if shortened is not None:
        inner, back = shortened
        other = nearest(inner, quote)
        if other is not None and (near is None or other.changed < near.changed):
            near = _moved(other, back)
    return _judged(index, near) if near is not None else None


def _moved(near: Near, back: Shortened) -> Near:
    """Return a passage of the text without interruptions as one of the whole text."""
    marked = tuple(replace(each, start=back.origin(each.start)) if each.source else each for each in near.differences)
    return replace(near, start=back.origin(near.start), end=back.origin(near.end - 1) + 1, differences=marked)


def _judged(index: Index, near: Near) -> Match | None:
    """Return what the words that differ make of a passage; None when it has too little in common to be worth a look."""
    page = next((page for page in index.pages if page.start <= near.start < page.end), None)
    same = near.words - near.changed
    if page is not None and page.kind in _SCANNED and (near.score >= _SAME_ON_PICTURE or same * 2 >= near.words):
        verdict = Verdict.SCANNED_PAGE
    elif same >= 2 and near.changed <= max(1, near.words // 3):
        verdict = Verdict.ALTERED if near.weight else Verdict.CLOSE
    elif same >= 2 and same * 3 >= near.words:
        verdict = Verdict.NOT_FOUND
    else:
        return None
    return Match(verdict, near.start, near.end, near.differences, near.changed, near.weight)


def _near_in_parts(index: Index, parts: Sequence[str]) -> Match | None:
    """Return the stretch of the parts when each is there or nearly so, in their order and near each other."""
    places: list[Match] = []
    for part in parts:
        begin = places[-1].end if places else 0
        place = next(_places(index, part, begin), None)
        if place is None or (places and place.start - begin > _WIDEST_GAP):
            place = _near_whole(index, part)
        if place is None or place.verdict is Verdict.NOT_FOUND:
            return None
        places.append(place)
    starts = [place.start for place in places]
    if starts != sorted(starts) or any(b.start - a.end > _WIDEST_GAP for a, b in pairwise(places)):
        return None
    worst = [place.verdict for place in places]
    verdict = next((v for v in (Verdict.SCANNED_PAGE, Verdict.ALTERED) if v in worst), Verdict.CLOSE)
    marks = tuple(each for place in places for each in place.differences)
    weight = next((place.weight for place in places if place.weight), None)
    return Match(verdict, places[0].start, places[-1].end, marks, sum(place.changed for place in places), weight)


def verify_quote(index: Index, quote: str) -> tuple[Verdict, int, int]:
    """Return the verdict on `quote` and the characters of the document, [start, end), that it stands for.

    `Found` means: the words are there, ignoring line breaks, hyphenation, typographic marks and letter case. The
    offsets are 0 and 0 when it is not found.
    """
    places = matches(index, quote)
    if places:
        best = min(places, key=lambda place: (place.end - place.start, place.start))
        return best.verdict, best.start, best.end
    near = approximate(index, quote)
    if near is None or near.verdict is Verdict.NOT_FOUND:
        return Verdict.NOT_FOUND, 0, 0
    return near.verdict, near.start, near.end
