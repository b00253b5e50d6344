"""Where short pieces of a text stand, in little memory: the way to a place without reading the whole text again."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from itertools import accumulate

PIECE, STRIDE = 8, 8
SHORTEST = PIECE + STRIDE - 1
"""Characters from which on each stretch of the text holds a whole piece that is known."""
_LOW = 0xFFFF_FFFF
_MOST_COMPARED = 20_000_000
"""Characters of candidates beyond which the text is read through instead: it repeats itself."""


class Anchors:
    """The places of every eighth piece of eight characters; about ten bytes each. Places are below 2**32."""

    def __init__(self, text: str) -> None:
        self._text = text
        last = max(0, len(text) - PIECE + 1)
        self._mask = (1 << (last // STRIDE + 1).bit_length()) - 1
        entries = sorted((self._row(text[at : at + PIECE]) << 32) | at for at in range(0, last, STRIDE))
        counts = array("I", bytes(4 * (self._mask + 2)))
        for entry in entries:
            counts[(entry >> 32) + 1] += 1
        self._first = array("I", accumulate(counts))
        self._places = array("I", (entry & _LOW for entry in entries))

    def range_of(self, piece: str) -> tuple[int, int]:
        """Return from where to where `places` looks for a piece, which says at once how many places it has at most."""
        row = self._row(piece)
        return self._first[row], self._first[row + 1]

    def places(self, piece: str) -> Iterator[int]:
        """Yield the places of a piece, in the order of the text."""
        first, last = self.range_of(piece)
        return (place for place in self._places[first:last] if self._text.startswith(piece, place))

    def begins(self, wanted: str, pieces: Iterable[int], most: int) -> list[int]:
        """Return where `wanted` would begin if its pieces at these places, wherever they stand, stood in it.

        Pieces that may have more than `most` places are passed over; a place may come often, or lie before the text.
        """
        text, firsts, places, mask = self._text, self._first, self._places, self._mask
        found: list[int] = []
        for at in pieces:
            piece = wanted[at : at + PIECE]
            row = hash(piece) & mask
            first, last = firsts[row], firsts[row + 1]
            if last - first <= most:
                found += [place - at for place in places[first:last] if text.startswith(piece, place)]
        return found

    def _row(self, piece: str) -> int:
        return hash(piece) & self._mask


def whole(text: str, anchors: Anchors, wanted: str) -> Iterator[int]:
    """Yield every place of `wanted`, which has at least `SHORTEST` characters, in the order of the text.

    Of the pieces that it holds, the eight in a row that are rarest lead to it.
    """
    last = len(wanted) - SHORTEST
    best, fewest = 0, -1
    for begin in sorted({0, last // 3, 2 * last // 3, last}):
        ranges = (anchors.range_of(wanted[at : at + PIECE]) for at in range(begin, begin + STRIDE))
        count = sum(end - start for start, end in ranges)
        if fewest < 0 or count < fewest:
            best, fewest = begin, count
        if fewest < 4 * STRIDE:
            break
    if fewest * len(wanted) > _MOST_COMPARED:
        return read_through(text, wanted)
    found = (
        place - at
        for at in range(best, best + STRIDE)
        for place in anchors.places(wanted[at : at + PIECE])
        if place >= at
    )
    return (place for place in sorted(found) if text.startswith(wanted, place))


def read_through(text: str, wanted: str, start: int = 0, end: int | None = None) -> Iterator[int]:
    """Yield every place of `wanted` that lies in [start, end), in the order of the text; an empty one has none."""
    limit = len(text) if end is None else end
    at = text.find(wanted, start, limit) if wanted else -1
    while at >= 0:
        yield at
        at = text.find(wanted, at + 1, limit)
