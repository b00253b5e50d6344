"""The vocabulary of proof beyond single quotations: claims, what was read, what was not found, new versions of a document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from rlm_app.types import Citation, Page

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
    root's reply that was given the stretch, or the turn whose cell made the sub-call.
    """

    start: int
    end: int
    call_id: str
    turn: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which characters of a document any model call of a run was shown, in the order of the calls."""

    sha256: str
    document: str
    characters: int
    readings: tuple[Reading, ...] = ()

    @property
    def spans(self) -> tuple[Span, ...]:
        """The stretches that were read, in order and apart."""
        merged: list[Span] = []
        for start, end in sorted((reading.start, reading.end) for reading in self.readings):
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((start, end))
        return tuple(merged)

    @property
    def read(self) -> int:
        """How many characters were read."""
        return sum(end - start for start, end in self.spans)

    @property
    def share(self) -> float:
        """How much of the document was read, from 0 to 1; an empty document is read."""
        return self.read / self.characters if self.characters else 1.0

    def reading(self, start: int, end: int) -> tuple[Reading, ...]:
        """Return the readings that hold all of [start, end), first call first."""
        return tuple(each for each in self.readings if each.start <= start and end <= each.end)

    def times(self, pages: Sequence[Page]) -> tuple[float, ...]:
        """Return for each page how often its characters were read, on average."""
        return tuple(self._times(page) for page in pages)

    def _times(self, page: Page) -> float:
        shared = (min(each.end, page.end) - max(each.start, page.start) for each in self.readings)
        return sum(length for length in shared if length > 0) / max(page.end - page.start, 1)


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
    """What became of a citation's passage in a new version of its document."""

    SAME = "same place"
    MOVED = "moved"
    CHANGED = "changed"
    GONE = "gone"


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
