"""Which of several places with the same words a text shows: told by what it shows right beside them, or not told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

NEAR = 40
"""Characters that may lie between two stretches of a text that are told as neighbours: an escape, a line's number."""

BORDER = "\0"
"""Stands between two documents."""


@dataclass(frozen=True, slots=True)
class Held:
    """What a text holds of documents from `at` on: `length` characters, which stand there at each of `places`."""

    at: int
    length: int
    places: tuple[int, ...]

    @property
    def end(self) -> int:
        """Where in the text the stretch ends."""
        return self.at + self.length


def placed(found: Sequence[Held], text: str, documents: str) -> list[Held]:
    """Return the stretches, those at several places with the one that goes on from the stretch before or to the one behind.

    A place goes on from another when nothing lies between the two in the documents but what the text has there as well.
    """
    settled = list(found)
    for at in range(1, len(settled)):
        one, other = settled[at - 1], settled[at]
        if len(one.places) == 1 < len(other.places):
            fits = _fitting(one, other, text, documents)
            settled[at] = _only(other, (start for _, start in fits))
    for at in reversed(range(1, len(settled))):
        one, other = settled[at - 1], settled[at]
        if len(other.places) == 1 < len(one.places):
            fits = _fitting(one, other, text, documents)
            settled[at - 1] = _only(one, (end - one.length for end, _ in fits))
    return settled


def _only(held: Held, fitting: Iterable[int]) -> Held:
    places = tuple(fitting)
    return replace(held, places=places) if len(places) == 1 else held


def _fitting(one: Held, other: Held, text: str, documents: str) -> Iterator[tuple[int, int]]:
    """Yield where one stretch ends and the other begins in the documents, for places of which the other goes on."""
    if not 0 <= other.at - one.end <= NEAR:
        return
    between = _letters(text[one.end : other.at])
    for end in (place + one.length for place in one.places):
        for start in other.places:
            gap = documents[end:start] if 0 <= start - end <= NEAR else BORDER
            if BORDER not in gap and _letters(gap) in between:
                yield end, start


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))
