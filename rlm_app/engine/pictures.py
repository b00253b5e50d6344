"""Pictures that a cell has drawn: checked before anything decodes them, and carried as text."""

from __future__ import annotations

import base64

from rlm_app.cell_results import Picture

PICTURES_MAX = 8
PICTURE_BYTES = 2 << 20
PICTURE_SIDE = 4_096
_SIGN = b"\x89PNG\r\n\x1a\n"
_HEAD = 24


def picture(data: bytes) -> Picture | None:
    """Return the PNG in `data` as a picture; None when it is no PNG, or too large in bytes or in pixels a side.

    Only the first 24 bytes are looked at: a decoder has to cope with what follows, but knows how much room it takes.
    """
    if not len(_SIGN) < len(data) <= PICTURE_BYTES or data[:8] != _SIGN or data[12:16] != b"IHDR" or len(data) < _HEAD:
        return None
    width, height = int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    if not (0 < width <= PICTURE_SIDE and 0 < height <= PICTURE_SIDE):
        return None
    return Picture(width, height, base64.b64encode(data).decode("ascii"))


def png(shown: Picture) -> bytes | None:
    """Return the bytes of a picture that may come from a file somebody imported; None when they do not pass the checks."""
    try:
        data = base64.b64decode(shown.png, validate=True)
    except (TypeError, ValueError):
        return None
    return data if picture(data) is not None else None
