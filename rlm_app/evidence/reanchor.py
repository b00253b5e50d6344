"""Citations of a document carried over to its new version, without asking a model."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from rlm_app.citations import Citation, Verdict
from rlm_app.evidence.index import Index
from rlm_app.evidence.judge import CONTEXT
from rlm_app.evidence.verify import Match, approximate, matches
from rlm_app.proofs import Fate, Reanchored
from rlm_app.types import Document


def reanchor(citations: Sequence[Citation], old: Document, new: Document) -> tuple[Reanchored, ...]:
    """Return what became of each citation that has a place in `old`: same place, moved, changed or gone.

    Of several places with the same words the one is taken whose neighbourhood is most like the old one. A passage that
    changed gets the verdict that its quotation has in the new version; one that is gone keeps nothing but its words.
    """
    index = Index(new.text, new.info.pages)
    ours = [each for each in citations if each.sha256 == old.info.sha256 and each.end > each.start]
    return tuple(_carried(each, old, new, index) for each in ours)


def _carried(citation: Citation, old: Document, new: Document, index: Index) -> Reanchored:
    passage = old.text[citation.start : citation.end]
    places = [place for place in matches(index, passage) if place.verdict is Verdict.FOUND]
    if places:
        best = min(places, key=lambda place: _strangeness(place, citation, old, new))
        moved = _at(citation, best, new)
        fate = Fate.SAME if moved.page == citation.page else Fate.MOVED
        return Reanchored(citation, moved, fate)
    near = approximate(index, passage)
    if near is None or near.verdict is Verdict.NOT_FOUND:
        return Reanchored(citation, Citation(citation.quote, Verdict.NOT_FOUND, mark=citation.mark), Fate.GONE)
    judged = next(iter(matches(index, citation.quote)), None) or approximate(index, citation.quote) or near
    changed = dataclasses.replace(_at(citation, near, new), verdict=judged.verdict, differences=judged.differences)
    return Reanchored(citation, changed, Fate.CHANGED)


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
