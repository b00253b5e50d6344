"""Citations of a document that was read anew since, with OCR or by a newer reader: where their passages stand now."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

from rlm_app.citations import Citation, Verdict
from rlm_app.evidence.index import Index
from rlm_app.evidence.judge import CONTEXT
from rlm_app.evidence.normalise import normalised
from rlm_app.evidence.reanchor import alike
from rlm_app.evidence.verify import Match, approximate, matches
from rlm_app.types import Document

_MOST_PLACES = 1_000


def settled(citations: Sequence[Citation], document: Document) -> tuple[Citation, ...]:
    """Return the citations with the places of those of `document` as its text is now.

    Verdicts stay: they were given on the text that the run had. Only where the words beside a passage are no longer those
    noted with it is it looked for; one that is no longer there keeps its page and has no place on it.
    """
    ours = [each.sha256 == document.info.sha256 and each.end > each.start for each in citations]
    if all(_in_place(each, document.text) for each, is_ours in zip(citations, ours, strict=True) if is_ours):
        return tuple(citations)
    index = Index(document.text, document.info.pages)
    return tuple(
        _moved(each, document, index) if is_ours and not _in_place(each, document.text) else each
        for each, is_ours in zip(citations, ours, strict=True)
    )


def _in_place(citation: Citation, text: str) -> bool:
    """Whether what stands beside a citation's place is what was noted; without a note, whether its words are there."""
    if citation.prefix or citation.suffix:
        return _beside(citation, text, citation.start) == len(citation.prefix) + len(citation.suffix)
    return citation.verdict is not Verdict.FOUND or _says(citation, text, citation.start)


def _beside(citation: Citation, text: str, start: int) -> int:
    """Return how many characters beside a place are those noted with the citation."""
    end = start + citation.end - citation.start
    before = text[max(0, start - len(citation.prefix)) : start] if start > 0 else ""
    return alike(before[::-1], citation.prefix[::-1]) + alike(text[end : end + len(citation.suffix)], citation.suffix)


def _says(citation: Citation, text: str, start: int) -> bool:
    passage = text[start : start + citation.end - citation.start]
    return normalised(citation.quote).text in normalised(passage).text


def _moved(citation: Citation, document: Document, index: Index) -> Citation:
    """Return the citation at its new place: as far as it went whole, by what stands beside it, else by its words."""
    text = document.text
    places = {at for at in _candidates(citation, text) if _fits(citation, text, at)}
    if places:
        near = min(places, key=lambda at: (not _on_page(citation, document, at), -_beside(citation, text, at), at))
        return _at(citation, document, near, near + citation.end - citation.start, near - citation.start)
    found = _by_words(citation, document, index)
    if found is None:
        return dataclasses.replace(citation, start=0, end=0, prefix="", suffix="", differences=())
    there = dataclasses.replace(citation, differences=found.differences)
    return _at(there, document, found.start, found.end, 0)


def _candidates(citation: Citation, text: str) -> Iterator[int]:
    """Yield where a passage may begin, by what stood before it and by what stood behind it."""
    length = citation.end - citation.start
    yield from (at + len(citation.prefix) for at in _places(text, citation.prefix))
    yield from (at - length for at in _places(text, citation.suffix) if at >= length)


def _places(text: str, sought: str) -> Iterator[int]:
    at = text.find(sought) if sought.strip() else -1
    for _ in range(_MOST_PLACES):
        if at < 0:
            return
        yield at
        at = text.find(sought, at + 1)


def _fits(citation: Citation, text: str, at: int) -> bool:
    """Whether a passage of this length is the one: all that was noted stands beside it, or it says what was quoted."""
    if citation.verdict is Verdict.FOUND:
        return _says(citation, text, at)
    return _beside(citation, text, at) == len(citation.prefix) + len(citation.suffix)


def _by_words(citation: Citation, document: Document, index: Index) -> Match | None:
    """Return the place of the quotation's words, on its own page where they are there too."""
    places = matches(index, citation.quote)
    if not places:
        near = approximate(index, citation.quote)
        places = [near] if near is not None and near.verdict is not Verdict.NOT_FOUND else []
    return min(places, key=lambda place: not _on_page(citation, document, place.start), default=None)


def _on_page(citation: Citation, document: Document, at: int) -> bool:
    page = document.info.page_at(at)
    return page is not None and page.label == citation.page


def _at(citation: Citation, document: Document, start: int, end: int, by: int) -> Citation:
    page = document.info.page_at(start)
    return dataclasses.replace(
        citation,
        start=start,
        end=end,
        page=page.label if page else citation.page,
        prefix=document.text[max(0, start - CONTEXT) : start],
        suffix=document.text[end : end + CONTEXT],
        differences=tuple(dataclasses.replace(each, start=each.start + by) for each in citation.differences),
    )
