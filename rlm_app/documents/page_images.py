"""A page of a PDF as a picture to look at, and where on it passages of our text stand."""

from __future__ import annotations

import ctypes
import io
import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rlm_app.documents.pdf import open_pdf
from rlm_app.errors import DocumentError

Box = tuple[float, float, float, float]
"""Left, top, width and height as shares of the page's own, from 0 to 1."""
Span = tuple[int, int]

WIDTH = 1000
"""Pixels across that show a page's small print; a page as wide as it is high has as many down."""
_MOST_HIGH = 4_000
_QUALITY = 76
_AROUND = 40
_ANEW_AFTER = 100
_MOST_HITS = 1_000
# What our text has otherwise than the file: line breaks, blanks, hyphens at line ends, signs nobody sees.
_UNCOUNTED = re.compile("[\\s\x00-\x1f\x7f\\-\u00ad\u2010\u200b\u2060\ufeff\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Drawn:
    """A page as JPEG (b"" where none was asked for), its size in pixels, and the boxes of each passage, line by line."""

    jpeg: bytes
    width: int
    height: int
    boxes: tuple[tuple[Box, ...], ...] = ()


def draw(
    path: Path, name: str, password: str | None, number: int, text: str, spans: Sequence[Span], width: int = WIDTH
) -> Drawn:
    """Draw page `number`, counted from 1, `width` pixels wide (0: only find the boxes).

    `spans` are stretches of `text`, which is what we read from that page; one whose words the page does not hold as text,
    as on a scan, has no boxes. Raises `DocumentError` where the file or the page cannot be opened.
    """
    drawing = Drawing(path)
    try:
        return drawing.page(name, password, number, text, spans, width)
    finally:
        drawing.close()


class Drawing:
    """A PDF that stays open from one drawn page to the next."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._pdf: Any = None
        self._password: str | None = None
        self._drawn = 0

    def page(
        self, name: str, password: str | None, number: int, text: str, spans: Sequence[Span], width: int = WIDTH
    ) -> Drawn:
        """Draw a page as `draw` does."""
        import pypdfium2

        try:
            page = self._opened(name, password)[number - 1]
            boxes = _boxes(page, text, spans) if spans else ()
            jpeg, size = _picture(page, width) if width else (b"", (0, 0))
            page.close()
            return Drawn(jpeg, *size, boxes)
        except (pypdfium2.PdfiumError, IndexError) as error:
            self.close()
            raise DocumentError(name, f"has no page {number} that can be drawn") from error
        except MemoryError as error:
            self.close()
            raise DocumentError(name, "has pages too large to be drawn") from error

    def close(self) -> None:
        """Close the file."""
        pdf, self._pdf, self._drawn = self._pdf, None, 0
        if pdf is not None:
            pdf.close()

    def _opened(self, name: str, password: str | None) -> Any:
        """Return the open file; PDFium remembers what it has drawn, so the file is opened anew from time to time."""
        if self._pdf is not None and (password != self._password or self._drawn >= _ANEW_AFTER):
            self.close()
        if self._pdf is None:
            self._pdf, self._password = open_pdf(self._path, name, password), password
        self._drawn += 1
        return self._pdf


def received(said: dict[str, Any], jpeg: bytes, name: str) -> Drawn:
    """Return a page as a process drew it that may be in the hands of the file: nothing but numbers and a JPEG's bytes."""
    try:
        boxes = tuple(
            tuple((float(x), float(y), float(w), float(h)) for x, y, w, h in lines) for lines in said["boxes"]
        )
        if jpeg and not jpeg.startswith(b"\xff\xd8\xff"):
            raise ValueError("no JPEG")
        return Drawn(jpeg, int(said["width"]), int(said["height"]), boxes)
    except (KeyError, TypeError, ValueError) as error:
        raise DocumentError(name, "made the page's picture one that is none; save it anew and try again") from error


def _picture(page: Any, width: int) -> tuple[bytes, tuple[int, int]]:
    wide, high = (max(1.0, side) for side in page.get_size())
    drawn = page.render(scale=min(width / wide, _MOST_HIGH / high), rev_byteorder=True)
    picture = drawn.to_pil()
    target = io.BytesIO()
    picture.convert("RGB").save(target, format="JPEG", quality=_QUALITY)
    drawn.close()
    return target.getvalue(), picture.size


def _boxes(page: Any, text: str, spans: Sequence[Span]) -> tuple[tuple[Box, ...], ...]:
    import pypdfium2.raw as pdfium

    textpage = page.get_textpage()
    try:
        signs, places = _signs(pdfium, textpage)
        return tuple(
            tuple(
                box
                for start, end in places_of(text, span, signs)
                for box in _rectangles(pdfium, page, textpage, places[start], places[end - 1] + 1)
            )
            for span in spans
        )
    finally:
        textpage.close()


def _signs(pdfium: Any, textpage: Any) -> tuple[str, list[int]]:
    """Return the characters of the page that count, and of each the number by which PDFium knows it."""
    codes = [pdfium.FPDFText_GetUnicode(textpage.raw, index) for index in range(textpage.count_chars())]
    # Characters beyond the first 65,536 come as two halves, of which the first stands for both.
    wide = [_joined(code, after) for code, after in zip(codes, [*codes[1:], 0], strict=False)]
    kept = [(chr(code), index) for index, code in enumerate(wide) if not _UNCOUNTED.match(chr(code))]
    return "".join(sign for sign, _ in kept), [index for _, index in kept]


def _joined(code: int, after: int) -> int:
    halves = 0xD800 <= code < 0xDC00 <= after < 0xE000
    return 0x10000 + ((code - 0xD800) << 10) + (after - 0xDC00) if halves else code


def places_of(text: str, span: Span, signs: str) -> tuple[Span, ...]:
    """Return which of a page's `signs`, those that count, are the ones of `text[start:end]`; none where they are not there.

    Of several places it is the one with the same signs around it, then the one that is as far into the page. A passage is
    in two places where the page goes on, after a running foot or head that the text is without, in another.
    """
    ours = [index for index, sign in enumerate(text) if not _UNCOUNTED.match(sign)]
    first, last = bisect_left(ours, span[0]), bisect_left(ours, span[1])
    whole = "".join(text[index] for index in ours)
    hit = _nearest(whole, first, last, signs)
    if hit is not None or first == last:
        return () if hit is None else (hit,)
    return _in_two(whole, first, last, signs)


def _nearest(whole: str, first: int, last: int, signs: str) -> Span | None:
    """Return the place of `whole[first:last]` whose surroundings are most like its own."""
    sought = whole[first:last]
    if not sought:
        return None
    hits: list[int] = []
    at = signs.find(sought)
    while at >= 0 and len(hits) < _MOST_HITS:
        hits.append(at)
        at = signs.find(sought, at + 1)
    if not hits:
        return None

    def strange(hit: int) -> tuple[int, int]:
        before = _alike(whole[max(0, first - _AROUND) : first][::-1], signs[max(0, hit - _AROUND) : hit][::-1])
        end = hit + len(sought)
        return -before - _alike(whole[last : last + _AROUND], signs[end : end + _AROUND]), abs(hit - first)

    best = min(hits, key=strange)
    return best, best + len(sought)


def _in_two(whole: str, first: int, last: int, signs: str) -> tuple[Span, ...]:
    """Return the two places of a passage that is interrupted on the page, none where more than one thing differs."""
    low, high = first, last
    while high - low > 1:  # the longest beginning of the passage that the page holds in one piece
        middle = (low + high) // 2
        low, high = (middle, high) if whole[first:middle] in signs else (low, middle)
    head, tail = _nearest(whole, first, low, signs), _nearest(whole, low, last, signs)
    return (head, tail) if head and tail else ()


def _alike(one: str, other: str) -> int:
    """Return how many signs two texts begin with alike."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _rectangles(pdfium: Any, page: Any, textpage: Any, start: int, end: int) -> tuple[Box, ...]:
    """Return a box for each line of a stretch of PDFium's characters, as the page is shown: turned and cropped."""
    count = pdfium.FPDFText_CountRects(textpage.raw, start, end - start)
    found = []
    for index in range(count):
        sides = [ctypes.c_double() for _ in range(4)]
        if pdfium.FPDFText_GetRect(textpage.raw, index, *(ctypes.byref(side) for side in sides)):
            found.append(_shown(pdfium, page, *(side.value for side in sides)))
    return tuple(box for box in found if box[2] > 0 and box[3] > 0)


_GRID = 100_000


def _shown(pdfium: Any, page: Any, left: float, top: float, right: float, bottom: float) -> Box:
    corners = []
    for x, y in ((left, top), (right, bottom)):
        across, down = ctypes.c_int(), ctypes.c_int()
        pdfium.FPDF_PageToDevice(page.raw, 0, 0, _GRID, _GRID, 0, x, y, ctypes.byref(across), ctypes.byref(down))
        corners.append((min(max(across.value / _GRID, 0.0), 1.0), min(max(down.value / _GRID, 0.0), 1.0)))
    (x1, y1), (x2, y2) = corners
    return min(x1, x2), min(y1, y2), abs(x2 - x1), abs(y2 - y1)
