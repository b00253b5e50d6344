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
    import pypdfium2

    pdf = open_pdf(path, name, password)
    try:
        page = pdf[number - 1]
        boxes = _boxes(page, text, spans) if spans else ()
        jpeg, size = _picture(page, width) if width else (b"", (0, 0))
        page.close()
        return Drawn(jpeg, *size, boxes)
    except (pypdfium2.PdfiumError, IndexError) as error:
        raise DocumentError(name, f"has no page {number} that can be drawn") from error
    except MemoryError as error:
        raise DocumentError(name, "has pages too large to be drawn") from error
    finally:
        pdf.close()


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
        found = [match(text, span, signs) for span in spans]
        return tuple(
            _rectangles(pdfium, page, textpage, places[hit[0]], places[hit[1] - 1] + 1) if hit else () for hit in found
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


def match(text: str, span: Span, signs: str) -> Span | None:
    """Return which of a page's `signs`, those that count, are the ones of `text[start:end]`; None where they are not there.

    Of several places it is the one that is as far into the page as the passage is into the text.
    """
    ours = [index for index, sign in enumerate(text) if not _UNCOUNTED.match(sign)]
    first, last = bisect_left(ours, span[0]), bisect_left(ours, span[1])
    sought = "".join(text[index] for index in ours[first:last])
    if not sought:
        return None
    before, after = signs.rfind(sought, 0, first + len(sought)), signs.find(sought, first)
    hits = [hit for hit in (before, after) if hit >= 0]
    if not hits:
        return None
    nearest = min(hits, key=lambda hit: abs(hit - first))
    return nearest, nearest + len(sought)


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
