"""What an author wrote to stand for a picture, as every format gives it: "[picture: the pump from above]"."""

import re

_FILE_NAME = re.compile(r"\S+\.(?:png|jpe?g|gif|bmp|svg|webp|tiff?|emf|wmf)", re.IGNORECASE)
_BRACKETS = str.maketrans("[]", "()")


def picture(words: str) -> str:
    """Return the words in brackets on one line; "" where there are none, or a file's name stands for them."""
    said = " ".join(words.split()).translate(_BRACKETS)
    return f"[picture: {said}]" if said and not _FILE_NAME.fullmatch(said) else ""
