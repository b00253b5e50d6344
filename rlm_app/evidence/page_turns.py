"""Quotations that take in a running head or foot, which a document's text has on the first of its pages alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

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


def trimmed(text: str, pages: Sequence[Page], quote: str) -> Iterator[Trimmed]:
    """Yield what is left of a quotation without each of the document's running lines that it has a part of."""
    running = [(at, text[start:end]) for at, page in enumerate(pages) for start, end in page.running]
    words = quote.split()
    for page, line in running:
        other = line.split()
        for begins, ends, first, last, theirs in _cuts(words, other):
            shift = _same(words[first:last], theirs)
            enough = len(theirs) == len(other) or len("".join(theirs)) >= _LEAST_SIGNS
            if shift is not None and enough:
                yield Trimmed(" ".join([*words[:first], *words[last:]]), begins, ends, page, shift)


def _cuts(words: Sequence[str], line: Sequence[str]) -> Iterator[tuple[bool, bool, int, int, Sequence[str]]]:
    """Yield where a running line may stand among the words: its end before them, its beginning behind, or all of it inside."""
    here, most = len(words), len(line)
    for count in range(min(most, here - 1), _LEAST_WORDS - 1, -1):
        yield True, False, 0, count, line[most - count :]
        yield False, True, here - count, here, line[:count]
    for first in range(1, here - most):
        yield True, True, first, first + most, line


def _same(words: Sequence[str], line: Sequence[str]) -> int | None:
    """Return by how much the page number in the words is another than in the line; None where anything else differs."""
    shifts = set()
    for word, other in zip(words, line, strict=True):
        if _NUMBER.sub("#", folded(word)) != _NUMBER.sub("#", folded(other)):
            return None
        numbers = zip(_NUMBER.findall(word), _NUMBER.findall(other), strict=False)
        shifts |= {int(one) - int(two) for one, two in numbers}
    shifts.discard(0)
    return None if len(shifts) > 1 else shifts.pop() if shifts else 0
