"""A text as words, each as it is compared and with its place, and where two rows of words differ."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from rlm_app.citations import Difference
from rlm_app.evidence.normalise import folded
from rlm_app.evidence.weights import FIGURES
from rlm_app.quotable import UNSPACED

_ON_IT = "[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u102b-\u103e\u17b4-\u17d3\u17dd]"
# A hyphen at a line end may be the typesetter's; inside a line it belongs to the word, as a point or comma to a number.
_LETTERS = rf"[^\W_{UNSPACED}]+"
# Where no blanks set words apart, each character is one, with the vowel signs and tones that stand on it, and so is a number.
_ALONE = rf"[{FIGURES}]+|(?=[^\W_])[{UNSPACED}]{_ON_IT}*"
_WITHIN = r"[-\u2010\u2011\u00ad][ \t]*\r?\n\s*|[-\u2010\u2011'’\u00ad\u200b]|(?<=\d)[.,:/](?=\d)"
_MINUS = r"(?:(?<![\w.)\]])[-\u2212](?=\d))?"
_WORD = re.compile(rf"{_MINUS}{_LETTERS}(?:(?:{_WITHIN}){_LETTERS})*|{_ALONE}|[%$€£¥§°<>=≤≥±+]")
_IN_WORD = re.compile(r"(?<=[^\W\d_])-(?=[^\W\d_])")
_LINE_END = re.compile(r"[-\u2010\u2011\u00ad]\s*\n\s*")


class Word(NamedTuple):
    """A word as it is compared, and where it stands: [start, end); in scripts without blanks, a character."""

    text: str
    start: int
    end: int


def words_of(text: str, start: int = 0, end: int | None = None) -> list[Word]:
    """Return the words that begin in [start, end), with their places in the whole text; marks of a sentence are no words."""
    found = _WORD.finditer(text, start, len(text) if end is None else end)
    return [Word(_compared(match[0]), match.start(), match.end()) for match in found]


@lru_cache(20_000)
def _compared(word: str) -> str:
    return folded(_LINE_END.sub("", word) if "\n" in word else word)


@dataclass(frozen=True, slots=True)
class Diff:
    """How the words of a quotation compare with those of a passage, which is cut to what the quotation covers.

    `pairs` are the rows of words that differ (quoted, source), `same` is how many are the same.
    """

    pairs: tuple[tuple[tuple[Word, ...], tuple[Word, ...]], ...]
    same: int
    start: int
    end: int

    @property
    def changed(self) -> int:
        """How many words differ, a word for another being one."""
        return sum(max(len(quoted), len(source)) for quoted, source in self.pairs)


def compare(quoted: Sequence[Word], source: Sequence[Word]) -> Diff | None:
    """Compare a quotation with a passage that may begin before it and end after it; None when no word is the same."""
    from rapidfuzz.distance import LCSseq

    steps = [
        (step.tag, quoted[step.src_start : step.src_end], source[step.dest_start : step.dest_end])
        for step in LCSseq.opcodes([_key(word) for word in quoted], [_key(word) for word in source])
    ]
    steps = _slid(steps)
    equal = [number for number, (tag, _, _) in enumerate(steps) if tag == "equal"]
    if not equal:
        return None
    first, last = equal[0], equal[-1]
    pairs = (
        _joined(steps[:first], tail=True) + _between(steps[first : last + 1]) + _joined(steps[last + 1 :], tail=False)
    )
    kept = [word for _, part in pairs for word in part]
    kept += [word for number in equal for word in steps[number][2]]
    same = sum(len(steps[number][1]) for number in equal)
    return Diff(tuple(pairs), same, min(word.start for word in kept), max(word.end for word in kept))


Step = tuple[str, Sequence[Word], Sequence[Word]]
Pair = tuple[tuple[Word, ...], tuple[Word, ...]]


def _key(word: Word) -> str:
    return _IN_WORD.sub("", word.text) if "-" in word.text else word.text


def _slid(steps: Sequence[Step]) -> list[Step]:
    """Return the steps with their first and last common words moved next to the rest, where these stand there, too.

    "the notice" is compared with "the sale the notice": it is the second "the" that counts.
    """
    slid = list(steps)
    for _ in range(2):
        at = next((number for number, (tag, _, _) in enumerate(slid) if tag == "equal"), len(slid))
        if at + 2 < len(slid) and slid[at + 1][0] == "insert":
            ours, theirs, between = slid[at][1], slid[at][2], slid[at + 1][2]
            both = [*theirs, *between]
            near = both[-len(theirs) :]
            if [_key(word) for word in near] == [_key(word) for word in theirs]:
                slid[at : at + 2] = [("insert", [], both[: -len(theirs)]), ("equal", ours, near)]
        slid = [(tag, list(ours)[::-1], list(theirs)[::-1]) for tag, ours, theirs in reversed(slid)]
    return slid


def _joined(steps: Sequence[Step], *, tail: bool) -> list[Pair]:
    """Return what lies before the first or after the last common word as one pair, without what only the source has."""
    quoted = tuple(word for _, part, _ in steps for word in part)
    source = tuple(word for _, _, part in steps for word in part)
    if not quoted:
        return []
    return [(quoted, source[-len(quoted) :] if tail else source[: len(quoted)])]


def _between(steps: Sequence[Step]) -> list[Pair]:
    """Return the pairs between common words; steps that follow one another are one pair."""
    pairs: list[Pair] = []
    quoted: tuple[Word, ...] = ()
    source: tuple[Word, ...] = ()
    for tag, ours, theirs in steps:
        if tag != "equal":
            quoted, source = (*quoted, *ours), (*source, *theirs)
        elif quoted or source:
            pairs.append((quoted, source))
            quoted, source = (), ()
    return pairs


def differences(diff: Diff, quote: str, text: str) -> tuple[Difference, ...]:
    """Return the pairs of a comparison as they are written on both sides."""
    return tuple(_written(quoted, source, quote, text) for quoted, source in diff.pairs)


def _written(quoted: Sequence[Word], source: Sequence[Word], quote: str, text: str) -> Difference:
    at, ours = (quoted[0].start, quote[quoted[0].start : quoted[-1].end]) if quoted else (0, "")
    start, theirs = (source[0].start, text[source[0].start : source[-1].end]) if source else (0, "")
    return Difference(ours, theirs, at, start)
