"""Judging all quotations of an answer against all documents of its run."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from rlm_app.evidence.hints import Hint, page_distance, read_hint
from rlm_app.evidence.index import Index
from rlm_app.evidence.quotes import Quoted, locate_quotes
from rlm_app.evidence.verify import Match, matches
from rlm_app.types import Citation, Document, Page, Verdict

_ORDER = tuple(Verdict)  # from best to worst


class AnswerVerifier:
    """A `Verifier`: one citation per quotation, in the order of the answer. Any thread may call it.

    A document is made ready on first use, once. Where a quotation stands at several places, the one the answer names
    beside it ("[name.pdf, page 41]") is taken, else the first.
    """

    def __init__(self, documents: Sequence[Document]) -> None:
        self._documents = tuple(documents)
        self._indexes: dict[int, Index] = {}
        self._lock = threading.Lock()

    def __call__(self, answer: str) -> tuple[Citation, ...]:
        """Return what each quotation of `answer` is worth and where it stands."""
        quotes = locate_quotes(answer)
        return tuple(self._cite(quoted.text, self._hint(answer, quotes, at)) for at, quoted in enumerate(quotes))

    def _hint(self, answer: str, quotes: list[Quoted], at: int) -> Hint:
        before = quotes[at - 1].end if at else 0
        beyond = quotes[at + 1].start if at + 1 < len(quotes) else len(answer)
        infos = [document.info for document in self._documents]
        return read_hint(answer, quotes[at].start, quotes[at].end, infos, (before, beyond))

    def _cite(self, quote: str, hint: Hint) -> Citation:
        places = [
            (place, match) for place in range(len(self._documents)) for match in matches(self._index(place), quote)
        ]
        if places:
            place, match = min(places, key=lambda found: self._rank(found[0], found[1], hint))
            return self._citation(quote, place, match)
        return self._scanned(quote, hint) or Citation(quote, Verdict.NOT_FOUND)

    def _rank(self, place: int, match: Match, hint: Hint) -> tuple[int, ...]:
        """Return what makes one place better than another; smaller is better."""
        page = self._documents[place].info.page_at(match.start)
        return (
            _ORDER.index(match.verdict),
            0 if place in hint.documents else 1,
            page_distance(page.label if page else "", hint),
            place,
            match.end - match.start if match.verdict is Verdict.FOUND_IN_PARTS else 0,
            match.start,
        )

    def _citation(self, quote: str, place: int, match: Match, page: Page | None = None) -> Citation:
        info = self._documents[place].info
        page = page or info.page_at(match.start)
        label = page.label if page else ""
        return Citation(quote, match.verdict, info.sha256, info.name, match.start, match.end, label)

    def _scanned(self, quote: str, hint: Hint) -> Citation | None:
        """Return a citation of the picture the answer points at, when it names one page and that is a picture."""
        named = hint.documents or tuple(range(len(self._documents)))
        if len(named) != 1 or len(hint.labels) != 1:
            return None
        page = self._page(named[0], hint.labels[0])
        if page is None or page.kind != "scanned":
            return None
        return self._citation(quote, named[0], Match(Verdict.SCANNED_PAGE, page.start, page.end), page)

    def _page(self, place: int, label: str) -> Page | None:
        return next((page for page in self._documents[place].info.pages if page.label == label), None)

    def _index(self, place: int) -> Index:
        with self._lock:
            if place not in self._indexes:
                document = self._documents[place]
                self._indexes[place] = Index(document.text, document.info.pages)
            return self._indexes[place]
