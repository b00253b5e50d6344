"""Citations of a document carried over to its new version, without asking a model."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from rlm_app.citations import Citation, Verdict
from rlm_app.evidence.counterparts import Counterparts
from rlm_app.evidence.index import Index
from rlm_app.evidence.judge import CONTEXT
from rlm_app.evidence.verify import Match, approximate, matches
from rlm_app.proofs import Fate, Reanchored
from rlm_app.types import Document, Page


def reanchor(citations: Sequence[Citation], old: Document, new: Document) -> tuple[Reanchored, ...]:
    """Return what became of each citation that has a place in `old`: same place, moved, changed, gone or not certain.

    The passage is looked for first in the clause that stands for its own in the new version, so that the same words in
    another clause do not hide a change. A passage that changed gets the verdict that its quotation has there; one that is gone
    keeps nothing but its words. Where it cannot be told which of several places is meant, the likeliest is taken and said so.
    """
    ours = [each for each in citations if each.sha256 == old.info.sha256 and each.end > each.start]
    if not ours:
        return ()
    versions = _Versions(old, new, Index(new.text, new.info.pages), Counterparts(old, new))
    return tuple(_carried(each, versions) for each in ours)


@dataclass(frozen=True, slots=True)
class _Versions:
    old: Document
    new: Document
    index: Index
    counterparts: Counterparts


def _carried(citation: Citation, versions: _Versions) -> Reanchored:
    old, new, index, beside = versions.old, versions.new, versions.index, versions.counterparts
    passage = old.text[citation.start : citation.end]
    start, end = beside.of(citation.start, citation.end)
    places = [place for place in matches(index, passage) if place.verdict is Verdict.FOUND]
    if here := [place for place in places if start <= place.start and place.end <= end]:
        return _unchanged(citation, here, versions)
    if near := _nearest(Index(new.text[start:end], _pages(new.info.pages, start, end)), citation.quote, passage):
        return _changed(citation, _moved(near, start), new)
    if free := [each for each in places if not _of_another(each, citation, versions)]:
        return _unchanged(citation, free, versions)
    if places:
        best = min(places, key=lambda place: _strangeness(place, citation, old, new))
        return Reanchored(citation, _at(citation, best, new), Fate.UNCERTAIN)
    near = _nearest(index, citation.quote, passage)
    if near is None or _of_another(near, citation, versions):
        return Reanchored(citation, Citation(citation.quote, Verdict.NOT_FOUND, mark=citation.mark), Fate.GONE)
    return _changed(citation, near, new)


def _unchanged(citation: Citation, places: Sequence[Match], versions: _Versions) -> Reanchored:
    """Return the citation at the likeliest of some places with its words; not certain where another is as likely."""
    ranked = sorted((_strangeness(place, citation, versions.old, versions.new), place.start, place) for place in places)
    moved = _at(citation, ranked[0][2], versions.new)
    if len(ranked) > 1 and ranked[0][0][0] == ranked[1][0][0]:
        return Reanchored(citation, moved, Fate.UNCERTAIN)
    return Reanchored(citation, moved, Fate.SAME if moved.page == citation.page else Fate.MOVED)


def _changed(citation: Citation, near: Match, new: Document) -> Reanchored:
    changed = dataclasses.replace(_at(citation, near, new), verdict=near.verdict, differences=near.differences)
    return Reanchored(citation, changed, Fate.CHANGED)


def _nearest(index: Index, quote: str, passage: str) -> Match | None:
    """Return the place that comes nearest to a passage, with what it makes of the quotation; None where none is near."""
    near = approximate(index, passage)
    if near is None or near.verdict is Verdict.NOT_FOUND:
        return None
    judged = next(iter(matches(index, quote)), None) or approximate(index, quote) or near
    return dataclasses.replace(near, verdict=judged.verdict, differences=judged.differences)


def _pages(pages: Sequence[Page], start: int, end: int) -> list[Page]:
    """Return the pages of [start, end) as those of a text that is no more than that."""
    return [
        Page(page.label, max(page.start, start) - start, min(page.end, end) - start, page.kind)
        for page in pages
        if page.start < end and start < page.end
    ]


def _moved(match: Match, by: int) -> Match:
    differences = tuple(dataclasses.replace(each, start=each.start + by) for each in match.differences)
    return dataclasses.replace(match, start=match.start + by, end=match.end + by, differences=differences)


def _of_another(match: Match, citation: Citation, versions: _Versions) -> bool:
    return versions.counterparts.of_another((match.start, match.end), citation.start, citation.end)


def _at(citation: Citation, match: Match, new: Document) -> Citation:
    """Return the citation at its place in the new version."""
    page = new.info.page_at(match.start)
    return dataclasses.replace(
        citation,
        sha256=new.info.sha256,
        document=new.info.name,
        start=match.start,
        end=match.end,
        page=page.label if page else "",
        unit=new.info.unit,
        prefix=new.text[max(0, match.start - CONTEXT) : match.start],
        suffix=new.text[match.end : match.end + CONTEXT],
    )


def _strangeness(place: Match, citation: Citation, old: Document, new: Document) -> tuple[int, float]:
    """Return how little the surroundings of a place are like the old ones, and how far it is from where it was."""
    before = old.text[max(0, citation.start - CONTEXT) : citation.start], new.text[: place.start][-CONTEXT:]
    after = old.text[citation.end : citation.end + CONTEXT], new.text[place.end : place.end + CONTEXT]
    shared = alike(before[0][::-1], before[1][::-1]) + alike(*after)
    far = abs(citation.start / max(len(old.text), 1) - place.start / max(len(new.text), 1))
    return -shared, far


def alike(one: str, other: str) -> int:
    """Return how many characters two texts begin with alike."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
