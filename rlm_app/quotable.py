"""What is long enough to be looked up as a quotation, whichever way its language sets words apart."""

from __future__ import annotations

import re

MIN_WORDS = 3
MIN_CHARACTERS = 12
MIN_UNSPACED = 6
"""Characters of a script without blanks from which on a text is long enough: one or two of them are a word."""

# Thai and Lao, Burmese, Khmer, Japanese, Chinese.
UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3041-\u3096\u30a1-\u30fa\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
"""Such characters, as they stand between the brackets of a pattern."""
_UNSPACED = re.compile(f"[{UNSPACED}]")


def is_quotable(text: str) -> bool:
    """Whether a text has three words and twelve characters, or as much in a script that sets no blanks between words."""
    if len(text) >= MIN_CHARACTERS and len(text.split()) >= MIN_WORDS:
        return True
    return len(_UNSPACED.findall(text)) >= MIN_UNSPACED
