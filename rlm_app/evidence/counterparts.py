"""Where in the new version of a document what stood at a place of the old one is to be looked for."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from rlm_app.evidence.compare import counterparts
from rlm_app.proofs import Span
from rlm_app.types import Document


class Counterparts:
    """The clauses that two versions of a document have in common, made once for many places."""

    def __init__(self, old: Document, new: Document) -> None:
        pairs = counterparts(old, new)
        self._ours = [(ours.start, ours.end) for ours, _ in pairs]
        self._starts = [start for start, _ in self._ours]
        self._ends = [end for _, end in self._ours]
        self._theirs = [(theirs.start, theirs.end) for _, theirs in pairs]
        self._length = len(new.text)

    def of(self, start: int, end: int) -> Span:
        """Return the stretch of the new version that [start, end) of the old one has become.

        That is the clauses that stand for its own; where there are none, what lies between those that stand for the clause
        before and the one behind, which is nothing where these follow one another.
        """
        first, last = bisect_right(self._ends, start), bisect_left(self._starts, end)
        if first < last:
            own = self._theirs[first:last]
            return min(own)[0], max(each[1] for each in own)
        after = self._theirs[first - 1][1] if first else 0
        before = self._theirs[first][0] if first < len(self._theirs) else self._length
        return after, max(after, before)

    def of_another(self, span: Span, start: int, end: int) -> bool:
        """Whether a stretch of the new version stands for a clause of the old one that does not touch [start, end)."""
        return any(
            theirs[0] < span[1] and span[0] < theirs[1] and not (ours[0] < end and start < ours[1])
            for ours, theirs in zip(self._ours, self._theirs, strict=True)
        )
