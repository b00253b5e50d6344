"""Where short pieces of a text stand, in little memory: the way to a place without reading the whole text again."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator

PIECE, STRIDE = 8, 8
SHORTEST = PIECE + STRIDE - 1
"""Characters from which on each stretch of the text holds a whole piece that is known."""
_LOW = 0xFFFF_FFFF


class Anchors:
    """The places of every eighth piece of eight characters; eight bytes each. Places are below 2**32."""

    def __init__(self, text: str) -> None:
        last = len(text) - PIECE + 1
        keys = (_key(text[at : at + PIECE]) | at for at in range(0, last, STRIDE))
        self._entries = array("Q", sorted(keys))

    def range_of(self, piece: str) -> tuple[int, int]:
        """Return from where to where `places` has those of a piece; they may be of others, too, and have to be compared."""
        key = _key(piece)
        first = bisect_left(self._entries, key)
        return first, bisect_left(self._entries, key + _LOW + 1, first)

    def places(self, span: tuple[int, int]) -> Iterator[int]:
        """Yield the places of a range, in the order of the text."""
        return (entry & _LOW for entry in self._entries[span[0] : span[1]])


def _key(piece: str) -> int:
    return (hash(piece) & _LOW) << 32


def whole(text: str, anchors: Anchors, wanted: str) -> list[int]:
    """Return every place of `wanted`, which has at least `SHORTEST` characters, in the order of the text.

    Of the pieces that it holds, the eight in a row that are rarest lead to it.
    """
    last = len(wanted) - SHORTEST
    best: list[tuple[int, tuple[int, int]]] = []
    fewest = -1
    for begin in sorted({0, last // 3, 2 * last // 3, last}):
        spans = [(at, anchors.range_of(wanted[at : at + PIECE])) for at in range(begin, begin + STRIDE)]
        count = sum(span[1] - span[0] for _, span in spans)
        if fewest < 0 or count < fewest:
            best, fewest = spans, count
        if fewest < STRIDE:
            break
    found = {place - at for at, span in best for place in anchors.places(span) if place >= at}
    return sorted(place for place in found if text.startswith(wanted, place))
