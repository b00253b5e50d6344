"""Text in the form in which quotations are compared, with the way back to the original characters.

What does not count: white space, letter case, compatibility forms and ligatures (ﬁ, œ), soft hyphens and invisible
characters, the shapes of quotation marks, dashes and ellipses, emphasis marks of Markdown. What counts although it is
not in the compared characters: a hyphen inside a word that no line end explains, a gap between two digits, and where an
exponent or index begins at a digit (10³ is not 103); these are kept as marks beside them. Letters with accents are
compared decomposed, so that é is é however it was written.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, compress, repeat

_DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
_HYPHENS = frozenset("-\u2010\u2011")
_QUOTES = (
    "'\"`´\u02bc\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u2032\u2033\u2035\u2036\u00ab\u00bb\u2039\u203a"
    "\u300c\u300d"
)
_LIGATURES = {"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "ĳ": "ij", "Ĳ": "ij", "ı": "i"}

_DASH_RUN = re.compile(f"[{_DASHES}]+")
_QUOTE_RUN = re.compile(f"[{_QUOTES}]+")
_STAR_RUN = re.compile(r"\*+|_{2,}")
_BLANKS = re.compile(r"\s+")
_DIGIT_GAP = re.compile(r"(?<=\d)\s+(?=\d)")
_RAISED = "[\u00b2\u00b3\u00b9\u2070\u2074-\u2079\u2080-\u2089]+"
_RAISED_RUN = re.compile(_RAISED)
_RAISED_AT_DIGIT = re.compile(rf"(?<=\d)(?={_RAISED})")


@dataclass(frozen=True, slots=True)
class Normal:
    """A text as it is compared: `offsets[i]` is where in `original` the character `text[i]` comes from.

    `hard` and `soft` are sorted places between the characters of `text`: a hard mark must be in a quotation as it is in
    the document, a soft one may be there or not.
    """

    text: str
    offsets: array[int]
    hard: array[int]
    soft: array[int]
    original: str

    def marks(self, start: int, end: int) -> tuple[set[int], set[int]]:
        """Return the hard and the soft marks strictly inside [start, end), counted from `start`."""
        return _inside(self.hard, start, end), _inside(self.soft, start, end)

    def gaps(self, start: int, end: int) -> set[int]:
        """Return the places strictly inside [start, end) where white space lies, counted from `start`."""
        blanks = _BLANKS.finditer(self.original, self.offsets[start], self.offsets[end - 1])
        places = (bisect_left(self.offsets, blank.start(), start, end) - start for blank in blanks)
        return {place for place in places if place}


def _inside(places: array[int], start: int, end: int) -> set[int]:
    found = places[bisect_right(places, start) : bisect_left(places, end)]
    return {place - start for place in found}


class _Folds(dict[str, str]):
    """What each character becomes; worked out on first use, so that a long text is one look-up a character."""

    def __missing__(self, character: str) -> str:
        folded = self[character] = _fold(character)
        return folded


def _fold(character: str) -> str:
    if character.isspace() or unicodedata.category(character) in {"Cc", "Cf"}:
        return ""
    if character in _DASHES:
        return "-"
    if character in _QUOTES:
        return "'"
    plain = _LIGATURES.get(character) or unicodedata.normalize("NFKD", character)
    plain = unicodedata.normalize("NFKD", plain.casefold())
    return "".join(_LIGATURES.get(part, part) for part in plain if not part.isspace())


_FOLDS = _Folds()


def normalise(text: str) -> Normal:
    """Return `text` as it is compared; takes about a fifth of a second for a million characters."""
    parts = list(map(_FOLDS.__getitem__, text))
    hard, soft = _drop_dashes(text, parts)
    _drop_quotes(text, parts)
    _drop_stars(text, parts)
    hard += [gap.end() for gap in _DIGIT_GAP.finditer(text)]
    hard += _raised(text)
    offsets = _offsets(text, parts)
    return Normal("".join(parts), offsets, _places(hard, offsets), _places(soft, offsets), text)


@lru_cache(256)
def normalised(quote: str) -> Normal:
    """Return a quotation as it is compared; kept, as each is looked for in several ways and documents."""
    return normalise(quote)


def _offsets(text: str, folded: list[str]) -> array[int]:
    """Return the original place of each compared character; few are several, so those are added and merged in."""
    kept = compress(range(len(folded)), folded)
    several = "".join(re.escape(character) for character in set(text) if len(_FOLDS[character]) > 1)
    if not several:
        return array("I", kept)
    places = (at.start() for at in re.finditer(f"[{several}]", text))
    more = chain.from_iterable(repeat(at, len(folded[at]) - 1) for at in places)
    return array("I", sorted(chain(kept, more)))


def _raised(text: str) -> Iterator[int]:
    """Yield where exponents and indexes touch a digit."""
    for run in _RAISED_RUN.finditer(text):
        if text[run.start() - 1 : run.start()].isdecimal():
            yield run.start()
        if text[run.end() : run.end() + 1].isdecimal():
            yield run.end()


def folded(word: str) -> str:
    """Return a word with each character folded as it is compared; hyphens and apostrophes stay, exponents get a mark."""
    return "".join(map(_FOLDS.__getitem__, _RAISED_AT_DIGIT.sub("^", word)))


def equal_mark(one: str, other: str) -> bool:
    """Whether two characters are the same, or two shapes of a dash or of a quotation mark."""
    if not one or not other:  # beyond the end of a text
        return False
    return one == other or (_FOLDS[one] == _FOLDS[other] and _FOLDS[one] in {"-", "'"})


def _places(originals: list[int], offsets: array[int]) -> array[int]:
    """Return where the original places, in order, lie between the compared characters."""
    return array("I", sorted(bisect_left(offsets, original) for original in originals))


def _drop_dashes(text: str, folded: list[str]) -> tuple[list[int], list[int]]:
    """Take dashes between letters out of `folded`; return the places of those that count and of those that need not.

    A run of dashes is one dash. A hyphen at a line end may be the typesetter's, a dash at a line's beginning a bullet.
    """
    hard: list[int] = []
    soft: list[int] = []
    for run in _DASH_RUN.finditer(text):
        start, end = run.span()
        folded[start + 1 : end] = repeat("", end - start - 1)
        left, right = _before(text, start), _after(text, end)
        if not (_is_letter_or_edge(text, left) and _is_letter_or_edge(text, right)):
            continue
        folded[start] = ""
        broken = left == start - 1 and "\n" in text[end:right] and run[0] in _HYPHENS
        bullet = left >= 0 and "\n" in text[left:start] and right > end
        (soft if broken or bullet else hard).append(end)
    return hard, soft


def _is_letter_or_edge(text: str, at: int) -> bool:
    return not 0 <= at < len(text) or text[at].isalpha()


def _before(text: str, at: int) -> int:
    at -= 1
    while at >= 0 and text[at].isspace():
        at -= 1
    return at


def _after(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def _drop_quotes(text: str, folded: list[str]) -> None:
    """Take quotation marks out of `folded`, but not apostrophes inside words nor the marks of feet and minutes."""
    for run in _QUOTE_RUN.finditer(text):
        start, end = run.span()
        left = text[start - 1] if start else " "
        right = text[end] if end < len(text) else " "
        inside = end - start == 1 and left.isalpha() and right.isalpha()
        keep = inside or (left.isdigit() and right.isdigit())
        folded[start:end] = ["'" if keep else "", *repeat("", end - start - 1)]


def _drop_stars(text: str, folded: list[str]) -> None:
    """Take the stars and underlines of emphasis out of `folded`; between numbers they are arithmetic and stay."""
    for run in _STAR_RUN.finditer(text):
        start, end = run.span()
        left, right = _before(text, start), _after(text, end)
        if left < 0 or right == len(text) or not (text[left].isdigit() and text[right].isdigit()):
            folded[start:end] = repeat("", end - start)
