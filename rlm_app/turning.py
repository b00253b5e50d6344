"""Texts without the signs that turn the order of letters about, by which a text reads as something it is not.

Nor with halves of surrogate pairs, which no page and no file can hold, and a reply or a log may; signs that steer a terminal
are shown as what they are, so that a file that was saved can be looked at in one.
"""

from __future__ import annotations

import re

JOINER = "\u2060"
"""A sign nobody sees, which stands in the place of those."""
_TURNING = {
    **dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)], JOINER),
    **dict.fromkeys(range(0xD800, 0xE000), "\ufffd"),
    **{sign: chr(0x2400 + sign) for sign in range(0x20) if chr(sign) not in "\t\n\v\f\r"},
    0x7F: "\u2421",
    **dict.fromkeys(sorted({*range(0x80, 0xA0)} - {0x85}), "\ufffd"),
}
_PLAIN = re.compile(r"[\t\n\v\f\r -~]*+")


def level(text: str) -> str:
    """Return a text as long, in which nothing turns letters about or steers a terminal; scripts keep their own order."""
    return text if _PLAIN.fullmatch(text) else text.translate(_TURNING)
