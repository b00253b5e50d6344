"""Quotations that take in a running head or foot, which a document's text has on the first of its pages alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rlm_app.evidence.normalise import folded
from rlm_app.types import Page

_NUMBER = re.compile(r"\d+")
_LEAST_WORDS = 3
_LEAST_SIGNS = 12


@dataclass(frozen=True, slots=True)
class Trimmed:
    """What is left of a quotation without a running line: `begins` a page, `ends` one, or goes over a turn with both.

    `page` is the index of the page that has the line, `shift` by how much its page number is another in the quotation.
    """

    rest: str
    begins: bool
    ends: bool
    page: int
    shift: int

    def fits(self, text: str, pages: Sequence[Page], start: int, end: int) -> bool:
        """Whether the rest, found at [start, end), stands where a page's running line would be, and which is that page's."""
        first = next((at for at, page in enumerate(pages) if page.start <= start < page.end), None)
        last = next((at for at, page in enumerate(pages) if page.start < end <= page.end), None)
        if first is None or last is None:
            return False
        if self.begins and self.ends:
            return last > first and self.shift in {0, first - self.page, last - self.page}
        page = pages[first if self.begins else last]
        beyond = text[page.start : start] if self.begins else text[end : page.end]
        return not beyond.strip() and self.shift in {0, (first if self.begins else last) - self.page}


@dataclass(frozen=True, slots=True)
class _Words:
    """Words with their numbers masked, as they are compared, and those numbers."""

    masked: tuple[str, ...]
    numbers: tuple[tuple[int, ...], ...]

    def shift(self, first: int, line: _Words, start: int, count: int) -> int | None:
        """Return by how much the page number in `count` words from `first` is another than in the line's from `start`.

        None where anything else differs.
        """
        if self.masked[first : first + count] != line.masked[start : start + count]:
            return None
        pairs = zip(self.numbers[first : first + count], line.numbers[start : start + count], strict=True)
        shifts = {one - two for ours, theirs in pairs for one, two in zip(ours, theirs, strict=True)} - {0}
        return None if len(shifts) > 1 else shifts.pop() if shifts else 0


def trimmed(text: str, pages: Sequence[Page], quote: str) -> Iterator[Trimmed]:
    """Yield what is left of a quotation without each of the document's running lines that it has a part of."""
    running = [(at, text[start:end]) for at, page in enumerate(pages) for start, end in page.running]
    if not running:
        return
    split, words = quote.split(), _words(quote)
    for page, whole in running:
        line = _words(whole)
        for begins, ends, first, start, count in _cuts(words.masked, line.masked):
            shift = words.shift(first, line, start, count)
            enough = count == len(line.masked) or len("".join(split[first : first + count])) >= _LEAST_SIGNS
            if shift is not None and enough:
                yield Trimmed(" ".join([*split[:first], *split[first + count :]]), begins, ends, page, shift)


@lru_cache(4_096)
def _words(text: str) -> _Words:
    split = text.split()
    masked = tuple(_NUMBER.sub("#", folded(word)) for word in split)
    return _Words(masked, tuple(tuple(int(number) for number in _NUMBER.findall(word)) for word in split))


def _cuts(words: Sequence[str], line: Sequence[str]) -> Iterator[tuple[bool, bool, int, int, int]]:
    """Yield where a running line may stand among words: its end before them, its beginning behind, all of it inside.

    Each with the first of the words and of the line's that would be the same, and how many.
    """
    here, most = len(words), len(line)
    parts = range(min(most, here - 1), min(_LEAST_WORDS, most) - 1, -1)
    if words and words[0] in line:
        yield from ((True, False, 0, most - count, count) for count in parts)
    if words and words[-1] in line:
        yield from ((False, True, here - count, 0, count) for count in parts)
    if line and line[0] in words:
        yield from ((True, True, first, 0, most) for first in range(1, here - most) if words[first] == line[0])
