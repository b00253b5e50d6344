"""A document's text, made ready once for finding many quotations in it."""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import islice

from rlm_app.evidence.anchors import SHORTEST, Anchors, read_through, whole
from rlm_app.evidence.interruptions import Shortened, without_interruptions
from rlm_app.evidence.normalise import Normal, equal_mark, normalise
from rlm_app.evidence.spacing import same_spacing
from rlm_app.evidence.weights import is_figure
from rlm_app.types import Page

MAX_HITS = 1_000
MAX_COMPARED = 5_000_000


class Index:
    """Finds normalised quotations and says which characters of the original they are. Any thread may ask."""

    def __init__(self, text: str, pages: Sequence[Page] = ()) -> None:
        self.text = text
        self.normal = normalise(text)
        self.pages = pages
        self._lock = threading.Lock()
        self._uninterrupted: tuple[Index, Shortened] | None = None
        self._looked = False
        self._anchors: Anchors | None = None

    def anchors(self) -> Anchors:
        """Return the anchors of the compared text, made on first use."""
        with self._lock:
            if self._anchors is None:
                self._anchors = Anchors(self.normal.text)
            return self._anchors

    def uninterrupted(self) -> tuple[Index, Shortened] | None:
        """Return an index of the text without running heads and notes, with the way back; None when it has neither."""
        with self._lock:
            if not self._looked:
                shortened = without_interruptions(self.text, self.pages)
                self._uninterrupted = (Index(shortened.text), shortened) if shortened else None
                self._looked = True
            return self._uninterrupted

    def hits(self, quote: Normal, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int]]:
        """Yield the places of `quote` in the compared text, in order: whole words and numbers with the same marks.

        At most a thousand places are looked at, fewer where the quotation has over 5,000 characters. An empty one is nowhere.
        """
        length = len(quote.text)
        most = max(1, min(MAX_HITS, MAX_COMPARED // max(length, 1)))
        for at in islice(self._places(quote.text, start, end), most):
            alone = self._stands_alone(at, at + length) and self._same_marks(quote, at, at + length)
            if alone and same_spacing(quote, self.normal, at):
                yield at, at + length

    def _places(self, wanted: str, start: int, end: int | None) -> Iterator[int]:
        """Return where the compared text holds `wanted`, in order."""
        if len(wanted) >= SHORTEST and end is None:
            return (at for at in whole(self.normal.text, self.anchors(), wanted) if at >= start)
        return read_through(self.normal.text, wanted, start, end)

    def span(self, hit: tuple[int, int]) -> tuple[int, int]:
        """Return the characters of the original, [start, end), that a place of `hits` stands for."""
        offsets = self.normal.offsets
        return offsets[hit[0]], offsets[hit[1] - 1] + 1

    def extended(self, span: tuple[int, int], quote: str, normal: Normal) -> tuple[int, int]:
        """Return `span` with the quotation's own outer marks, which are not compared, where the document has them too."""
        if not normal.offsets:
            return span
        start, end = span
        for mark in reversed(quote[: normal.offsets[0]]):
            if not equal_mark(self._at(start - 1), mark):
                break
            start -= 1
        for mark in quote[normal.offsets[-1] + 1 :]:
            if not equal_mark(self._at(end), mark):
                break
            end += 1
        return start, end

    def _same_marks(self, quote: Normal, start: int, end: int) -> bool:
        """Whether hyphens and gaps between digits agree; what a line end may have caused may be missing on a side."""
        here_hard, here_soft = self.normal.marks(start, end)
        hard, soft = quote.marks(0, end - start)
        return here_hard <= hard | soft and hard <= here_hard | here_soft

    def _stands_alone(self, start: int, end: int) -> bool:
        """Whether the place does not begin or end inside a character, a word or a number."""
        first, last = self.normal.offsets[start], self.normal.offsets[end - 1]
        split = (start and self.normal.offsets[start - 1] == first) or (
            end < len(self.normal.offsets) and self.normal.offsets[end] == last
        )
        return not split and not self._joined(first, -1) and not self._joined(last, 1)

    def _joined(self, at: int, step: int) -> bool:
        """Whether the character at `at` goes on beyond the place: another letter, an accent, more digits."""
        here, beyond = self.text[at], self._at(at + step)
        if is_figure(here):
            return is_figure(beyond) or (beyond in ".,'" and self._at(at + 2 * step).isdigit())
        if step > 0 and unicodedata.combining(beyond or " "):
            return True
        return _cased(here) and _cased(beyond)

    def _at(self, at: int) -> str:
        return self.text[at] if 0 <= at < len(self.text) else ""


def _cased(character: str) -> bool:
    """Whether the character is a letter of a script that sets words apart with blanks, as far as letter case tells."""
    return character.isalpha() and character.lower() != character.upper()
