"""Which stretches of documents stand word for word in a text, such as the prompt of a model call.

A stretch counts from twenty characters on, or as a whole line of at least eight; of what matches in one place only the
longest counts, and where the same words stand at several places of the documents, each has been shown.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass

PIECE, STRIDE = 11, 10
SHORTEST = PIECE + STRIDE - 1
SHORTEST_LINE = 8
LARGE = 8_000_000
"""Characters of documents up to which every stretch of `SHORTEST` is met; in n times as many, only n times as long ones are."""
_FIRST_STEP = 32
MOST_PLACES = 200
"""Places from which on a piece is passed over; text that is made of nothing else is not recognised."""


Match = tuple[int, int, int]
"""A place in a text, a place in the documents, and for how many characters both are the same from there."""

Alike = Callable[[str, str], int]


@dataclass(frozen=True, slots=True)
class Held:
    """A stretch of a document, [start, end), that a text holds from `at` on."""

    document: int
    start: int
    end: int
    at: int


class Shown:
    """Finds what texts hold of these documents; made once for many texts."""

    def __init__(self, texts: Sequence[str]) -> None:
        from rapidfuzz.distance import Postfix, Prefix

        self._begins_alike: Alike = Prefix.similarity
        self._ends_alike: Alike = Postfix.similarity
        self._whole = "\0".join(texts)
        self._starts = array("Q", [0])
        for text in texts[:-1]:
            self._starts.append(self._starts[-1] + len(text) + 1)
        self._pieces: dict[str, list[int]] = {}
        self._stride = STRIDE * -(-max(len(self._whole), 1) // LARGE)
        for at in range(0, len(self._whole) - PIECE + 1, self._stride):
            self._pieces.setdefault(self._whole[at : at + PIECE], []).append(at)
        self._lines: dict[str, list[int]] | None = None

    def held(self, text: str) -> list[Held]:
        """Return the stretches of the documents that `text` holds, in the order of the text."""
        found = self._stretches(text)
        found += self._whole_lines(text, found)
        kept = _longest(found)
        return [self._placed(at, start, length) for at, start, length in kept]

    def _stretches(self, text: str) -> list[Match]:
        """Return the matches that cannot be made longer.

        The pieces of the documents lie ten characters apart, so ten places of the text in a row meet every match there.
        """
        pieces, last, stride = self._pieces, len(text) - PIECE, self._stride
        found: list[Match] = []
        ends: dict[int, int] = {}
        at, until, far = 0, 0, 0
        while at <= last:
            places = pieces.get(text[at : at + PIECE])
            if places is not None and len(places) <= MOST_PLACES:
                if at >= until:
                    until, far = at + stride, 0
                for place in places:
                    if ends.get(place - at, 0) <= at:
                        match = self._extended(text, at, place)
                        ends[place - at] = match[0] + match[2]
                        far = max(far, ends[place - at])
                        if match[2] >= SHORTEST:
                            found.append(match)
            at += 1
            if at == until:
                at = max(at, far - PIECE - stride)
        return found

    def _extended(self, text: str, at: int, place: int) -> Match:
        """Return the longest match around a piece that both have; it does not leave its document."""
        document = bisect_right(self._starts, place) - 1
        first = self._starts[document]
        last = self._starts[document + 1] - 1 if document + 1 < len(self._starts) else len(self._whole)
        before = self._common_end(text, at, place, min(at, place - first))
        after = self._common_start(text, at, place, min(len(text) - at, last - place))
        return at - before, place - before, before + after

    def _common_start(self, text: str, at: int, place: int, most: int) -> int:
        """Return how many characters, up to `most`, the text has in common with the documents from two places on."""
        low, step = 0, _FIRST_STEP
        while low < most:
            high = min(low + step, most)
            ours, theirs = text[at + low : at + high], self._whole[place + low : place + high]
            if ours != theirs:
                return low + self._begins_alike(ours, theirs)
            low, step = high, 2 * step
        return low

    def _common_end(self, text: str, at: int, place: int, most: int) -> int:
        """Return how many characters, up to `most`, the text has in common with the documents before two places."""
        low, step = 0, _FIRST_STEP
        while low < most:
            high = min(low + step, most)
            ours, theirs = text[at - high : at - low], self._whole[place - high : place - low]
            if ours != theirs:
                return low + self._ends_alike(ours, theirs)
            low, step = high, 2 * step
        return low

    def _whole_lines(self, text: str, longer: Sequence[Match]) -> list[Match]:
        """Return matches of whole lines that are too short to be met otherwise and in none that is longer; each line once."""
        known = self._short_lines()
        found: dict[str, list[Match]] = {}
        at = 0
        for line in text.splitlines(keepends=True):
            bare = line.strip()
            if bare in known and bare not in found and not _covered(longer, at + line.index(bare), len(bare)):
                found[bare] = [(at + line.index(bare), place, len(bare)) for place in known[bare]]
            at += len(line)
        return [match for matches in found.values() for match in matches]

    def _short_lines(self) -> dict[str, list[int]]:
        """Return where each short line of the documents stands."""
        if self._lines is None:
            lines: dict[str, list[int]] = {}
            at = 0
            for line in self._whole.replace("\0", "\n").split("\n"):
                bare = line.strip()
                if SHORTEST_LINE <= len(bare) < SHORTEST:
                    lines.setdefault(bare, []).append(at + line.index(bare))
                at += len(line) + 1
            self._lines = {line: places for line, places in lines.items() if len(places) <= MOST_PLACES}
        return self._lines

    def _placed(self, at: int, start: int, length: int) -> Held:
        document = bisect_right(self._starts, start) - 1
        start -= self._starts[document]
        return Held(document, start, start + length, at)


def _covered(found: Sequence[Match], start: int, length: int) -> bool:
    """Whether a line lies inside a longer match; the matches are few, and sorted by where they begin but for overlaps."""
    index = bisect_left(found, (start + 1,))
    return any(at <= start and start + length <= at + whole for at, _, whole in found[max(0, index - 64) : index])


def _longest(found: list[Match]) -> list[Match]:
    """Return the matches that do not lie inside a longer one, in the order of the text."""
    kept: list[Match] = []
    reach, last = -1, (-1, -1)
    for at, place, length in sorted(found, key=lambda match: (match[0], -match[2], match[1])):
        if at + length > reach or (at, length) == last:
            kept.append((at, place, length))
            reach, last = max(reach, at + length), (at, length)
    return kept
