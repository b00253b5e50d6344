"""The outermost rows of a PDF's page with their place on it, among which running heads and page numbers are."""

from __future__ import annotations

import ctypes
import re
import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

OUTER = 4
"""Rows that are looked at from either end of a page."""
LONGEST = 200
ENOUGH = 8
"""Rows that it takes to tell how far apart the rows of a page usually are."""
_BREAK = re.compile("\r\n|\ufffe")  # PDFium writes the second where a line ends in a hyphen
_NUMBER_FIRST, _NUMBER_LAST = re.compile(r"\d+(?=\s+\S)"), re.compile(r"(?<=\S)\s+\d+$")

Box = tuple[float, float, float, float]
"""Left, bottom, right, top in the page's own points."""
Shown = Callable[[Box], tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page, [start, end) in its text with newlines as \\n.

    `apart` says that a number at its beginning or end stands well away from the rest.
    """

    start: int
    end: int
    text: str
    apart: bool


@dataclass(frozen=True, slots=True)
class Row:
    """Lines of one height: `at` is their middle as a share of the page's height, `step` how far the next row inwards is."""

    at: float
    step: float
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Edges:
    """The outer rows of a page, each side from the edge inwards, of `rows` in all.

    `pitch` is the usual distance of rows, 0 where there are too few to tell.
    """

    top: tuple[Row, ...] = ()
    bottom: tuple[Row, ...] = ()
    rows: int = 0
    pitch: float = 0.0


@dataclass(frozen=True, slots=True)
class _Placed:
    """A line by its place in the text, by that of its first seen character in PDFium's own, and on the page."""

    start: int
    end: int
    first: int
    text: str
    top: float
    bottom: float

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


def edges(pdfium: Any, page: Any, textpage: Any, text: str) -> Edges:
    """Return the outer rows of a page whose `text` is as PDFium gives it, with newlines as \\r\\n."""
    boxes = _Boxes(pdfium, textpage, len(text))
    rows = _rows(_placed(text, boxes, _turned(page)))
    steps = [after[0].middle - before[0].middle for before, after in pairwise(rows)]
    top = [_row(row, step, boxes) for row, step in zip(rows[:OUTER], [*steps, 0.0], strict=False)]
    bottom = [_row(row, step, boxes) for row, step in zip(rows[: -OUTER - 1 : -1], [*steps[::-1], 0.0], strict=False)]
    return Edges(tuple(top), tuple(bottom), len(rows), statistics.median(steps) if len(rows) >= ENOUGH else 0.0)


class _Boxes:
    """Where the characters of a page stand, by their places in its text."""

    def __init__(self, pdfium: Any, textpage: Any, length: int) -> None:
        self._pdfium, self._page = pdfium, textpage.raw
        last = length - 1
        # Signs without a meaning are left out of the text; mostly there are none, and the numbers are the same.
        self._same = pdfium.FPDFText_GetCharIndexFromTextIndex(self._page, last) == last
        self._rect = pdfium.FS_RECTF()

    def of(self, at: int) -> Box | None:
        """Return the box of a character with its font's full height, None where it has none."""
        index = at if self._same else self._pdfium.FPDFText_GetCharIndexFromTextIndex(self._page, at)
        rect = self._rect
        if index < 0 or not self._pdfium.FPDFText_GetLooseCharBox(self._page, index, ctypes.byref(rect)):
            return None
        return rect.left, rect.bottom, rect.right, rect.top


def _turned(page: Any) -> Shown:
    """Return what gives the upper and lower edge of a box as shares of the height of the page as it is shown."""
    left, bottom, right, top = page.get_bbox()
    wide, high = max(right - left, 1.0), max(top - bottom, 1.0)
    ways: dict[int, Shown] = {
        0: lambda box: ((top - box[3]) / high, (top - box[1]) / high),
        90: lambda box: ((box[0] - left) / wide, (box[2] - left) / wide),
        180: lambda box: ((box[1] - bottom) / high, (box[3] - bottom) / high),
        270: lambda box: ((right - box[2]) / wide, (right - box[0]) / wide),
    }
    return ways.get(page.get_rotation(), ways[0])


def _placed(text: str, boxes: _Boxes, shown: Shown) -> Iterator[_Placed]:
    """Yield the lines that show anything; `start` counts newlines as one character."""
    at = breaks = 0
    for end in [*(found.span() for found in _BREAK.finditer(text)), (len(text), len(text))]:
        line = text[at : end[0]]
        if line and not line.isspace():
            first = at + len(line) - len(line.lstrip())
            box = boxes.of(first)
            if box is not None:
                yield _Placed(at - breaks, end[0] - breaks, first, line.strip(), *shown(box))
        breaks += end[1] - end[0] == 2
        at = end[1]


def _rows(lines: Iterator[_Placed]) -> list[list[_Placed]]:
    """Return the lines from top to bottom, those of one height together."""
    rows: list[list[_Placed]] = []
    for line in sorted(lines, key=lambda line: line.middle):
        if rows and line.middle <= rows[-1][0].bottom:
            rows[-1].append(line)
        else:
            rows.append([line])
    return rows


def _row(row: Sequence[_Placed], step: float, boxes: _Boxes) -> Row:
    return Row(row[0].middle, step, tuple(_line(line, boxes) for line in row))


def _line(line: _Placed, boxes: _Boxes) -> Line:
    if len(line.text) > LONGEST:  # too long for a running head: that it is there is all that counts
        return Line(line.start, line.end, "", apart=False)
    return Line(line.start, line.end, line.text, _stands_apart(line, boxes))


def _stands_apart(line: _Placed, boxes: _Boxes) -> bool:
    """Whether a number begins or ends the line with more than one and a half times its height of nothing beside it."""
    for found in filter(None, (_NUMBER_FIRST.match(line.text), _NUMBER_LAST.search(line.text))):
        blank = re.compile(r"\s+").search(line.text, found.end() if found.start() == 0 else found.start())
        if blank is None:
            continue
        before, after = boxes.of(line.first + blank.start() - 1), boxes.of(line.first + blank.end())
        if before and after and _between(before, after) > 1.5 * abs(before[3] - before[1]):
            return True
    return False


def _between(before: Box, after: Box) -> float:
    return max(after[0] - before[2], before[0] - after[2], 0.0)
