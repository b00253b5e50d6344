"""The vocabulary of proof beyond single quotations: claims, what was read, what was not found, new versions of a document."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import accumulate

from rlm_app.citations import Citation
from rlm_app.types import Page

Span = tuple[int, int]
"""Characters of a document, [start, end)."""


class Support(StrEnum):
    """Whether the quotations of a claim bear it out, as a sub-model judged; the words are shown to people."""

    SUPPORTED = "supported"
    PARTLY = "partly"
    NOT_SUPPORTED = "not"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence of an answer, at [start, end) in it, and the numbers (from 1) of the citations that stand for it.

    `unbound` marks a claim that carries a number and no quotation; `reason` is the sub-model's sentence on its judgement.
    """

    text: str
    start: int
    end: int
    citations: tuple[int, ...] = ()
    unbound: bool = False
    support: Support = Support.NOT_CHECKED
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """A stretch of a document, [start, end), that the prompt of one model call held.

    `call_id` names the call, "0" for the root model or a sub-call's own; `turn` is the turn of the RLM it belongs to: the
    root's reply that was given the stretch, or the turn whose cell made the sub-call. The prompt held these words `shown`
    times, and which of the `places` in the documents where they stand is meant, cannot be told; 1 where it can.
    """

    start: int
    end: int
    call_id: str
    turn: int
    shown: int = 1
    places: int = 1

    @property
    def likely(self) -> float:
        """How often this very place was shown, if each with these words was as often as any other."""
        return self.shown / self.places


_ROUNDING = 1e-6  # of sums of thirds and the like; the least share is a two-hundredth


def _join(spans: list[Span], start: int, end: int) -> None:
    """Add a stretch behind others, to the last one where that ends there."""
    if spans and spans[-1][1] == start:
        start = spans.pop()[0]
    spans.append((start, end))


class _Before:
    """Says how many characters of some stretches, in order and apart, lie before a place."""

    def __init__(self, spans: Sequence[Span]) -> None:
        self._starts = [start for start, _ in spans]
        self._spans = spans
        self._sums = [0, *accumulate(end - start for start, end in spans)]

    def __call__(self, at: int) -> int:
        number = bisect_right(self._starts, at)
        beyond = max(0, self._spans[number - 1][1] - at) if number else 0
        return self._sums[number] - beyond


@dataclass(frozen=True)
class Coverage:  # without slots: what is worked out of thousands of readings is kept
    """Which characters of a document any model call of a run was shown, in the order of the calls."""

    sha256: str
    document: str
    characters: int
    readings: tuple[Reading, ...] = ()

    @property
    def spans(self) -> tuple[Span, ...]:
        """The stretches that were read, in order and apart; words that stand at several places, when shown as often."""
        return self._shown[0]

    @property
    def doubtful(self) -> tuple[Span, ...]:
        """Further stretches that may have been read: their words were shown, but less often than they stand somewhere."""
        return self._shown[1]

    @cached_property
    def _shown(self) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
        """Return the stretches of which each place was shown as often as its words stand, and the others."""
        edges = [(each.start, each.likely) for each in self.readings]
        edges += [(each.end, -each.likely) for each in self.readings]
        sure: list[Span] = []
        doubtful: list[Span] = []
        last, often = 0, 0.0
        for at, change in sorted(edges):
            if at > last and often > _ROUNDING:
                _join(sure if often >= 1 - _ROUNDING else doubtful, last, at)
            last, often = at, often + change
        return tuple(sure), tuple(doubtful)

    @property
    def read(self) -> int:
        """How many characters were read."""
        return sum(end - start for start, end in self.spans)

    @property
    def share(self) -> float:
        """How much of the document was read, from 0 to 1; an empty document is read."""
        return self.read / self.characters if self.characters else 1.0

    @property
    def perhaps(self) -> float:
        """How much of the document was read at most, from 0 to 1."""
        most = self.read + sum(end - start for start, end in self.doubtful)
        return most / self.characters if self.characters else 1.0

    def reading(self, start: int, end: int) -> tuple[Reading, ...]:
        """Return the readings that hold all of [start, end), first call first."""
        return tuple(each for each in self.readings if each.start <= start and end <= each.end)

    def times(self, pages: Sequence[Page]) -> tuple[float, ...]:
        """Return for each page how often its characters were read, on average; what is doubtful was not."""
        before = _Before(self.spans)
        return tuple(self._times(page, before) for page in pages)

    def _times(self, page: Page, before: _Before) -> float:
        ends = ((max(each.start, page.start), min(each.end, page.end), each.likely) for each in self.readings)
        read = sum((before(end) - before(start)) * likely for start, end, likely in ends if end > start)
        return read / max(page.end - page.start, 1)


@dataclass(frozen=True, slots=True)
class Absence:
    """What stands behind "not in these documents": what was read, what was looked for, and what came nearest.

    `terms` are words and patterns that cells searched for, `questions` what sub-models were asked about passages; a miss is
    a term as a citation, with its place where it stands or the passage nearest to it. `counts` says of each term how often
    it stands in the documents, as counted afterwards in all of them; None of a pattern, which is not run again.
    """

    coverage: tuple[Coverage, ...]
    terms: tuple[str, ...]
    questions: tuple[str, ...]
    misses: tuple[Citation, ...]
    counts: tuple[int | None, ...] = ()


class Fate(StrEnum):
    """What became of a citation's passage in a new version of its document.

    Not certain: its words are there, and whether that is the same clause or another of the same words cannot be told.
    """

    SAME = "same place"
    MOVED = "moved"
    CHANGED = "changed"
    GONE = "gone"
    UNCERTAIN = "not certain"


@dataclass(frozen=True, slots=True)
class Reanchored:
    """A citation of an old version and what stands for it in the new one; `new` of one that is gone has no place."""

    old: Citation
    new: Citation
    fate: Fate


class ChangeKind(StrEnum):
    """What happened to a clause between two versions."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Change:
    """A clause that differs between two versions, with its place, [start, end), and page on both sides.

    The side that has no such clause has an empty span where it would stand. `substance` says that a number, a negation or a
    must/may word differs; `words` are pairs (before, after) of the words that do.
    """

    kind: ChangeKind
    before: Span
    after: Span
    page_before: str = ""
    page_after: str = ""
    substance: bool = False
    words: tuple[tuple[str, str], ...] = ()
