"""`cite()` in the REPL: a quotation is judged while the model can still correct it, and its mark is the answer's proof."""

from __future__ import annotations

import dataclasses
import re
import threading
from collections.abc import Callable, Mapping
from types import MappingProxyType

from rlm_app.citations import Citation, Verdict
from rlm_app.engine.recorder import Place, Recorder
from rlm_app.events import Cited
from rlm_app.protocols import HostFunction, QuoteJudge
from rlm_app.quotable import is_quotable

ACCEPTED = frozenset({Verdict.FOUND, Verdict.FOUND_IN_PARTS, Verdict.SCANNED_PAGE})
_SHOWN = 700
_MARKS = re.compile(r"[ \t]{0,4}\[\[\s*(c\d+(?:\s*[,;]\s*c\d+)*)\s*\]\]")
_SOURCE = re.compile(r"\s?[(\[][^()\[\]]*[)\]]\s?$")

TOO_SHORT = (
    "cite() was given {given!r}: a quotation has at least three words and twelve characters. Quote the whole clause or "
    "sentence, 60 characters or more where you can."
)
REFUSED = (
    "cite() refused this quotation, {verdict}: {detail}{passage}Correct the quotation, or drop what it was to prove."
)
NOWHERE = "its words stand in none of the documents. "
NEAREST = "The nearest passage, in {place}, reads: “{text}”. Copy from it, word for word. "
UNKNOWN = "The answer held marks that no cite() had given, and they were taken out: {marks}."


class Citer:
    """The marks of a run, over all its RLMs; the same quotation from the same place has one mark.

    `known` are the marks of earlier questions to the same REPL, which stay what they are.
    """

    def __init__(self, judge: QuoteJudge, known: Mapping[str, Citation] = MappingProxyType({})) -> None:
        self._judge = judge
        self._lock = threading.Lock()
        self._cited: dict[str, Citation] = dict(known)

    @property
    def known(self) -> Mapping[str, Citation]:
        """What each mark stands for."""
        return dict(self._cited)

    def tool(self, recorder: Recorder, place: Place, turn: Callable[[], int]) -> Mapping[str, HostFunction]:
        """Return `cite` as cells of the RLM at `place` call it."""

        def cite(quote: str, document: str | None = None) -> str:
            """Return the mark of a quotation that is in the documents; raise `ValueError` with what is there instead."""
            if not is_quotable(str(quote)):
                raise ValueError(TOO_SHORT.format(given=str(quote)[:80]))
            citation = self._keep(self._judge.cite(str(quote), document if document is None else str(document)))
            recorder.emit(Cited, place, iteration=turn(), citation=citation)
            if not citation.mark:
                raise ValueError(self._refusal(citation))
            return f"[[{citation.mark}]]"

        return {"cite": cite}

    def resolve(self, answer: str) -> tuple[str, tuple[str, ...]]:
        """Return the answer with each mark written out as its quotation and place, and the marks nobody gave.

        Behind its own quotation a mark becomes the place alone.
        """
        unknown: list[str] = []
        written, end = "", 0
        for found in _MARKS.finditer(answer):
            written += answer[end : found.start()]
            for mark in re.findall(r"c\d+", found[1]):
                citation = self._cited.get(mark)
                if citation is None:
                    unknown.append(f"[[{mark}]]")
                else:
                    written += _written(citation, written)
            end = found.end()
        return written + answer[end:], tuple(unknown)

    def marked(self, citation: Citation) -> Citation:
        """Return a citation of the answer with the mark that `cite()` gave its quotation, and with the place found then."""
        letters = _letters(citation.quote)
        for known in self._cited.values():
            if citation.verdict in ACCEPTED and _letters(known.quote) == letters:
                return dataclasses.replace(known, quote=citation.quote)
        return citation

    def _keep(self, citation: Citation) -> Citation:
        """Give a citation that is accepted its mark."""
        if citation.verdict not in ACCEPTED:
            return citation
        with self._lock:
            for known in self._cited.values():
                if (known.quote, known.sha256, known.start) == (citation.quote, citation.sha256, citation.start):
                    return known
            marked = dataclasses.replace(citation, mark=f"c{len(self._cited) + 1}")
            self._cited[marked.mark] = marked
            return marked

    def _refusal(self, citation: Citation) -> str:
        place = citation.nearest or citation
        text = " ".join(self._judge.passage(citation).split())
        passage = (
            NEAREST.format(place=_place(place.document, place.unit, place.page), text=text[:_SHOWN]) if text else ""
        )
        detail = f"{citation.detail} " if citation.detail else NOWHERE
        return REFUSED.format(verdict=citation.verdict.value, detail=detail, passage=passage)


def _written(citation: Citation, before: str) -> str:
    """Return what a mark becomes after the text that stands before it."""
    place = _place(citation.document, citation.unit, citation.page)
    if _ends_with(before, citation.quote):
        return f" [{place}]"
    if _ends_with(_SOURCE.sub("", before[-3 * len(citation.quote) - _SHOWN :]), citation.quote):
        return ""
    quote = " ".join(citation.quote.split()).translate(str.maketrans("“”„«»", "‘’‘‘’"))
    return f" (“{quote}” [{place}])"


def _ends_with(text: str, quote: str) -> bool:
    wanted = _letters(quote)
    return bool(wanted) and _letters(text[-3 * len(quote) - 20 :]).endswith(wanted)


def _letters(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


def _place(document: str, unit: str, page: str) -> str:
    """Return "lease.pdf, page 12"; a label that names its unit stays as it is."""
    if not page:
        return document
    named = page.casefold().startswith(unit.casefold().rstrip("s")) or not unit
    return f"{document}, {page}" if named else f"{document}, {unit} {page}"
