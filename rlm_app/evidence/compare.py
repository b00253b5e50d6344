"""Two versions of a document compared clause by clause, with places on both sides and without a model."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from rlm_app.evidence.interruptions import Shortened, without_interruptions
from rlm_app.evidence.weights import weight_of_change
from rlm_app.evidence.words import Word, words_of
from rlm_app.proofs import Change, ChangeKind, Span
from rlm_app.types import Document

ALIKE = 60.0
"""How alike, of 100, the words of two clauses must be for one to be the other changed."""
FEW_WORDS = 12
_LABEL = (
    r"(?:\d{1,3}(?:\.\d{1,3})*[.)]?|\([a-z0-9]{1,4}\)|[a-z]\)|§+\s*\d+\S*|(?:article|section|clause|schedule)\s+\S+)"
)
_STARTS = re.compile(rf"\n[ \t]*\n\s*|\n(?=[ \t]*{_LABEL}[ \t]+\S)|(?<=[.;:])[ \t]*\n(?=\s*[A-Z(“\"])", re.IGNORECASE)
_LEADING = re.compile(rf"\s*{_LABEL}\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause of a document at [start, end), its words, and the key by which it is told from others."""

    start: int
    end: int
    words: tuple[Word, ...]
    key: str


Pair = tuple[Clause | None, Clause | None]


def compare_versions(before: Document, after: Document) -> tuple[Change, ...]:
    """Return the clauses that were added, removed, changed or moved, in the order of the new version.

    Line breaks, running heads, typographic marks, letter case and a clause's own number do not count as changes.
    """
    _, unlike = _aligned(clauses_of(before), clauses_of(after))
    places = _Places(before, after)
    return tuple(places.change(ours, theirs) for ours, theirs in _matched(unlike))


def counterparts(before: Document, after: Document) -> list[tuple[Clause, Clause]]:
    """Return the clauses that both versions have, the same, changed or moved, in the order of the old version."""
    same, unlike = _aligned(clauses_of(before), clauses_of(after))
    both = [(ours, theirs) for ours, theirs in _matched(unlike) if ours and theirs]
    return sorted([*same, *both], key=lambda pair: pair[0].start)


def clauses_of(document: Document) -> list[Clause]:
    """Return the clauses of a document: paragraphs, numbered items, and sentences that end their line."""
    shortened = without_interruptions(document.text, document.info.pages)
    text = shortened.text if shortened else document.text
    ends = [0, *(found.end() for found in _STARTS.finditer(text)), len(text)]
    clauses = [_clause(text, start, end, shortened) for start, end in pairwise(ends)]
    times = Counter(clause.key for clause in clauses)
    return [clause for clause in clauses if not _is_furniture(clause, times[clause.key])]


def _is_furniture(clause: Clause, times: int) -> bool:
    """Whether a clause is nothing but a page number, or a line that comes again and again."""
    return clause.key.replace(" ", "").isdigit() or not clause.words or (times > 2 and len(clause.words) <= FEW_WORDS)


def _clause(text: str, start: int, end: int, shortened: Shortened | None) -> Clause:
    inside = text[start:end]
    start, end = start + len(inside) - len(inside.lstrip()), start + len(inside.rstrip())
    label = _LEADING.match(text, start, end)
    words = tuple(words_of(text, label.end() if label else start, end))
    if shortened is not None and words:
        start, end = shortened.origin(start), shortened.origin(end - 1) + 1
    return Clause(start, end, words, " ".join(word.text.replace("-", "") for word in words))


def _aligned(old: Sequence[Clause], new: Sequence[Clause]) -> tuple[list[tuple[Clause, Clause]], list[Pair]]:
    """Return the clauses that are the same in both, and the others in the order of the new version, the changed ones paired."""
    from rapidfuzz.distance import LCSseq

    same: list[tuple[Clause, Clause]] = []
    pairs: list[Pair] = []
    ours: list[Clause] = []
    theirs: list[Clause] = []
    steps = LCSseq.opcodes([clause.key for clause in old], [clause.key for clause in new])
    for step in steps:
        before, after = old[step.src_start : step.src_end], new[step.dest_start : step.dest_end]
        if step.tag == "equal":
            same += zip(before, after, strict=True)
            pairs += _paired(ours, theirs)
            ours, theirs = [], []
        else:
            ours += before
            theirs += after
    return same, pairs + _paired(ours, theirs)


def _paired(ours: Sequence[Clause], theirs: Sequence[Clause]) -> list[Pair]:
    """Pair the clauses of a stretch, in their order, where one is the other changed."""
    from rapidfuzz.fuzz import ratio

    pairs: list[Pair] = []
    next_old = 0
    for clause in theirs:
        rest = range(next_old, min(len(ours), next_old + 40))
        best = max(rest, key=lambda at: ratio(ours[at].key, clause.key, score_cutoff=ALIKE), default=None)
        if best is None or ratio(ours[best].key, clause.key) < ALIKE:
            pairs.append((None, clause))
            continue
        pairs += [(ours[at], None) for at in range(next_old, best)]
        pairs.append((ours[best], clause))
        next_old = best + 1
    return pairs + [(clause, None) for clause in ours[next_old:]]


def _matched(pairs: Sequence[Pair]) -> list[Pair]:
    """Join what was removed here and added there into one pair: a clause that moved."""
    removed = {ours.key: ours for ours, theirs in pairs if ours and theirs is None}
    added = {theirs.key for ours, theirs in pairs if theirs and ours is None}
    moved = removed.keys() & added
    joined: list[Pair] = []
    for ours, theirs in pairs:
        if ours and theirs is None and ours.key in moved:
            continue
        joined.append(
            (removed[theirs.key], theirs) if theirs and ours is None and theirs.key in moved else (ours, theirs)
        )
    return joined


class _Places:
    """Makes changes of pairs, with pages; a side without the clause is placed behind the clause before it."""

    def __init__(self, before: Document, after: Document) -> None:
        self._before, self._after = before, after
        self._last_old, self._last_new = 0, 0

    def change(self, ours: Clause | None, theirs: Clause | None) -> Change:
        """Return what happened to a clause, with its place on both sides."""
        kind = _kind(ours, theirs)
        here = (ours.start, ours.end) if ours else (self._last_old, self._last_old)
        there = (theirs.start, theirs.end) if theirs else (self._last_new, self._last_new)
        if kind is not ChangeKind.MOVED:
            self._last_old = here[1]
        self._last_new = there[1]
        words = _words(ours, theirs)
        substance = any(weight_of_change(a.split(), b.split()) for a, b in words)
        return Change(kind, here, there, _page(self._before, here), _page(self._after, there), substance, words)


def _kind(ours: Clause | None, theirs: Clause | None) -> ChangeKind:
    if ours is None:
        return ChangeKind.ADDED
    if theirs is None:
        return ChangeKind.REMOVED
    return ChangeKind.MOVED if ours.key == theirs.key else ChangeKind.CHANGED


def _words(ours: Clause | None, theirs: Clause | None) -> tuple[tuple[str, str], ...]:
    """Return the words that differ within a clause, before and after; () where the whole clause came or went."""
    from rapidfuzz.distance import Levenshtein

    if ours is None or theirs is None:
        return ()
    before, after = ([word.text for word in clause.words] for clause in (ours, theirs))
    return tuple(
        (" ".join(before[step.src_start : step.src_end]), " ".join(after[step.dest_start : step.dest_end]))
        for step in Levenshtein.opcodes(before, after)
        if step.tag != "equal"
    )


def _page(document: Document, span: Span) -> str:
    page = document.info.page_at(span[0])
    return page.label if page else ""
