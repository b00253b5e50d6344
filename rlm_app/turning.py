"""Texts without the signs that turn the order of letters about, by which a text reads as something it is not.

Nor with halves of surrogate pairs, which no page and no file can hold, and a reply or a log may.
"""

from __future__ import annotations

JOINER = "\u2060"
"""A sign nobody sees, which stands in the place of those."""
_TURNING = {
    **dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)], JOINER),
    **dict.fromkeys(range(0xD800, 0xE000), "\ufffd"),
}


def level(text: str) -> str:
    """Return a text as long, in which nothing turns the order of letters about; letters of each script keep their own."""
    return text if text.isascii() else text.translate(_TURNING)
