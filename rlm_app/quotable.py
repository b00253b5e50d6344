"""What is long enough to be looked up as a quotation, whichever way its language sets words apart."""

from __future__ import annotations

import re

MIN_WORDS = 3
MIN_CHARACTERS = 12
MIN_UNSPACED = 6
"""Characters of a script without blanks (Chinese, Japanese, Thai, Lao, Khmer, Burmese), of which one or two are a word."""

_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3041-\u3096\u30a1-\u30fa\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff]"
)


def is_quotable(text: str) -> bool:
    """Whether a text has three words and twelve characters, or as much in a script that sets no blanks between words."""
    if len(text) >= MIN_CHARACTERS and len(text.split()) >= MIN_WORDS:
        return True
    return len(_UNSPACED.findall(text)) >= MIN_UNSPACED
