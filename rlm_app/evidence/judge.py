"""Judging one quotation against all documents of a run."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from rlm_app.citations import Citation, Passage, Verdict
from rlm_app.evidence.hints import NO_HINT, Hint, page_distance
from rlm_app.evidence.index import Index
from rlm_app.evidence.verify import Match, approximate, matches
from rlm_app.evidence.wording import said_of
from rlm_app.types import Document, Page

CONTEXT = 30
"""Characters kept from before and after a passage, to tell it from others with the same words."""
_ORDER = tuple(Verdict)  # from best to worst
Placed = tuple[int, Match]


class Judge:
    """Finds where a quotation stands, or what comes nearest. A document is made ready on first use, once; any thread may ask.

    Documents that the hint names are looked at first, then all; the citation says so when the words stand elsewhere.
    """

    def __init__(self, documents: Sequence[Document]) -> None:
        self.documents = tuple(documents)
        self._indexes: dict[int, Index] = {}
        self._lock = threading.Lock()
        self._judged: dict[tuple[str, Hint], Citation] = {}

    def __call__(self, quote: str, hint: Hint = NO_HINT) -> Citation:
        """Return what the quotation is worth and where it stands; the same quotation is looked for once."""
        known = self._judged.get((quote, hint))
        if known is None:
            known = self._judged[quote, hint] = self._judge(quote, hint)
        return known

    def stands(self, quote: str) -> bool:
        """Whether the words stand in a document as they are."""
        every = range(len(self.documents))
        return any(match.verdict is Verdict.FOUND for place in every for match in matches(self._index(place), quote))

    def _judge(self, quote: str, hint: Hint) -> Citation:
        every = range(len(self.documents))
        places = [(place, match) for place in every for match in matches(self._index(place), quote)]
        if places:
            return self._citation(
                quote, min(places, key=lambda found: self._rank(found[0], found[1], hint)), hint, len(places)
            )
        near = [(place, match) for place in every if (match := approximate(self._index(place), quote)) is not None]
        judged = [found for found in near if found[1].verdict is not Verdict.NOT_FOUND]
        if judged:
            return self._citation(quote, min(judged, key=lambda found: self._nearness(found[0], found[1], hint)), hint)
        return self._scanned(quote, hint) or self._not_found(quote, near, hint)

    def _rank(self, place: int, match: Match, hint: Hint) -> tuple[int, ...]:
        """Return what makes one place better than another; smaller is better."""
        page = self.documents[place].info.page_at(match.start)
        return (
            _ORDER.index(match.verdict),
            0 if place in hint.documents else 1,
            page_distance(page.label if page else "", hint),
            place,
            match.end - match.start if match.verdict is Verdict.FOUND_IN_PARTS else 0,
            match.start,
        )

    def _nearness(self, place: int, match: Match, hint: Hint) -> tuple[int, ...]:
        """Return what makes one passage nearer than another; of two as near, the one whose difference matters comes first."""
        return (0 if place in hint.documents else 1, match.changed, *self._rank(place, match, hint))

    def _citation(self, quote: str, placed: Placed, hint: Hint, places: int = 1) -> Citation:
        place, match = placed
        document = self.documents[place]
        passage = self._passage(place, match)
        named = [self.documents[each].info.name for each in hint.documents]
        return Citation(
            quote,
            match.verdict,
            passage.sha256,
            passage.document,
            match.start,
            match.end,
            passage.page,
            passage.unit,
            document.text[max(0, match.start - CONTEXT) : match.start],
            document.text[match.end : match.end + CONTEXT],
            match.differences,
            said_of(match, passage, named, hint.labels, places),
        )

    def _not_found(self, quote: str, near: Sequence[Placed], hint: Hint) -> Citation:
        if not near:
            return Citation(quote, Verdict.NOT_FOUND)
        place, match = min(near, key=lambda found: self._nearness(found[0], found[1], hint))
        return Citation(quote, Verdict.NOT_FOUND, differences=match.differences, nearest=self._passage(place, match))

    def _passage(self, place: int, match: Match) -> Passage:
        info = self.documents[place].info
        page = info.page_at(match.start)
        return Passage(info.sha256, info.name, match.start, match.end, page.label if page else "", info.unit)

    def _scanned(self, quote: str, hint: Hint) -> Citation | None:
        """Return a citation of the picture the answer points at, when it names one page and that is a picture."""
        named = hint.documents or tuple(range(len(self.documents)))
        if len(named) != 1 or len(hint.labels) != 1:
            return None
        page = self._page(named[0], hint.labels[0])
        if page is None or page.kind != "scanned":
            return None
        info = self.documents[named[0]].info
        verdict = Verdict.SCANNED_PAGE
        return Citation(quote, verdict, info.sha256, info.name, page.start, page.end, page.label, info.unit)

    def _page(self, place: int, label: str) -> Page | None:
        return next((page for page in self.documents[place].info.pages if page.label == label), None)

    def _index(self, place: int) -> Index:
        with self._lock:
            if place not in self._indexes:
                document = self.documents[place]
                self._indexes[place] = Index(document.text, document.info.pages)
            return self._indexes[place]
