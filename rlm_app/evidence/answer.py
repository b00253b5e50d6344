"""Judging all quotations of an answer against all documents of its run."""

from __future__ import annotations

from collections.abc import Sequence

from rlm_app.citations import Citation
from rlm_app.evidence.hints import Hint, hint_of, read_hint
from rlm_app.evidence.judge import Judge
from rlm_app.evidence.quotes import Quoted, locate_quotes
from rlm_app.types import Document


class AnswerVerifier:
    """A `Verifier`: one citation per quotation, in the order of the answer. Any thread may call it.

    Where a quotation stands at several places, the one the answer names beside it ("[name.pdf, page 41]") is taken, else
    the first.
    """

    def __init__(self, documents: Sequence[Document]) -> None:
        self._infos = [document.info for document in documents]
        self._judge = Judge(documents)

    def __call__(self, answer: str) -> tuple[Citation, ...]:
        """Return what each quotation of `answer` is worth and where it stands."""
        quotes = locate_quotes(answer)
        return tuple(
            self._judge(self._whole(quoted), self._hint(answer, quotes, at)) for at, quoted in enumerate(quotes)
        )

    def cite(self, quote: str, document: str | None = None) -> Citation:
        """Return what one quotation is worth; `document` names where it is said to stand ("lease.pdf, page 2")."""
        return self._judge(quote, hint_of(document or "", self._infos))

    def passage(self, citation: Citation) -> str:
        """Return the document's text at the citation's place, or at the nearest passage; empty where there is neither."""
        place = citation.nearest or citation
        texts = (each.text for each in self._judge.documents if each.info.sha256 == place.sha256)
        return next(texts, "")[place.start : place.end]

    def _whole(self, quoted: Quoted) -> str:
        """Return the words of a quotation, with what looks like its source where a document has that behind them."""
        return next(filter(self._judge.stands, quoted.longer), quoted.text)

    def _hint(self, answer: str, quotes: list[Quoted], at: int) -> Hint:
        before = quotes[at - 1].end if at else 0
        beyond = quotes[at + 1].start if at + 1 < len(quotes) else len(answer)
        return read_hint(answer, quotes[at].start, quotes[at].end, self._infos, (before, beyond))
