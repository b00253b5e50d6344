"""The picture of a page with a frame around what is quoted on it."""

from __future__ import annotations

import io
from collections.abc import Sequence

_COLOR = (214, 120, 0)
_ROOM = 3
_QUALITY = 76


def framed(jpeg: bytes, boxes: Sequence[tuple[float, float, float, float]]) -> bytes:
    """Return the JPEG with a frame around each box: left, top, width and height as shares of the page's own."""
    from PIL import Image, ImageDraw

    with Image.open(io.BytesIO(jpeg), formats=("JPEG",)) as picture:
        drawn = picture.convert("RGB")
    pen = ImageDraw.Draw(drawn)
    for left, top, width, height in boxes:
        x, y = left * drawn.width, top * drawn.height
        right, bottom = x + width * drawn.width, y + height * drawn.height
        pen.rectangle((x - _ROOM, y - _ROOM, right + _ROOM, bottom + _ROOM), outline=_COLOR, width=2)
    target = io.BytesIO()
    drawn.save(target, format="JPEG", quality=_QUALITY)
    return target.getvalue()
