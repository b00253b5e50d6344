"""Which stretches of documents stand word for word in a text, such as the prompt of a model call.

A stretch counts from twenty characters on, or as a whole line of at least eight; of what matches in one place only the
longest counts. Where the same words stand at several places of the documents, all of them are told, unless the stretch
beside it in the text says which is meant (`placing.py`).
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable, Sequence

from rlm_app.evidence.placing import BORDER, Held, placed

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


class Shown:
    """Finds what texts hold of these documents; made once for many texts."""

    def __init__(self, texts: Sequence[str]) -> None:
        from rapidfuzz.distance import Postfix, Prefix

        self._begins_alike: Alike = Prefix.similarity
        self._ends_alike: Alike = Postfix.similarity
        self._whole = BORDER.join(texts)
        self._starts = array("Q", [0])
        for text in texts[:-1]:
            self._starts.append(self._starts[-1] + len(text) + 1)
        self._pieces: dict[str, list[int]] = {}
        self._stride = STRIDE * -(-max(len(self._whole), 1) // LARGE)
        for at in range(0, len(self._whole) - PIECE + 1, self._stride):
            self._pieces.setdefault(self._whole[at : at + PIECE], []).append(at)
        self._lines: dict[str, tuple[int, ...]] | None = None

    def held(self, text: str) -> list[Held]:
        """Return the stretches of the documents that `text` holds, in the order of the text."""
        longer = _longest(self._stretches(text))
        every = sorted([*longer, *self._whole_lines(text, longer)], key=lambda held: held.at)
        return placed(every, text, self._whole)

    def document_at(self, place: int) -> tuple[int, int]:
        """Return which document a place of a stretch lies in, and where in it."""
        document = bisect_right(self._starts, place) - 1
        return document, place - self._starts[document]

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

    def _whole_lines(self, text: str, longer: Sequence[Held]) -> list[Held]:
        """Return the whole lines that are too short to be met otherwise and lie in none of the longer stretches."""
        known = self._short_lines()
        begins = [held.at for held in longer]
        found: list[Held] = []
        at = 0
        for line in text.splitlines(keepends=True):
            bare = line.strip()
            if bare in known:
                start = at + line.index(bare)
                last = bisect_right(begins, start) - 1
                if last < 0 or longer[last].end < start + len(bare):
                    found.append(Held(start, len(bare), known[bare]))
            at += len(line)
        return found

    def _short_lines(self) -> dict[str, tuple[int, ...]]:
        """Return where each short line of the documents stands."""
        if self._lines is None:
            lines: dict[str, list[int]] = {}
            at = 0
            for line in self._whole.replace(BORDER, "\n").split("\n"):
                bare = line.strip()
                if SHORTEST_LINE <= len(bare) < SHORTEST:
                    lines.setdefault(bare, []).append(at + line.index(bare))
                at += len(line) + 1
            self._lines = {line: tuple(places) for line, places in lines.items() if len(places) <= MOST_PLACES}
        return self._lines


def _longest(found: list[Match]) -> list[Held]:
    """Return the stretches that do not lie inside a longer one, in the order of the text, each with all its places."""
    kept: list[tuple[int, int, list[int]]] = []
    reach = -1
    for at, place, length in sorted(found, key=lambda match: (match[0], -match[2], match[1])):
        if at + length > reach:
            kept.append((at, length, [place]))
            reach = at + length
        elif (at, length) == kept[-1][:2]:
            kept[-1][2].append(place)
    return [Held(at, length, tuple(places)) for at, length, places in kept]
