"""Words that a line end cut in two are joined again, by what the rest of the document says about them."""

import re

_CUT = re.compile(r"(?<![^\W\d_])([^\W\d_]+)([-\u00ad\u2010])[ \t]*\n[ \t]*([^\W\d_]+)")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


def join_hyphens(texts: list[str]) -> list[str]:
    """Return the pages with line-end hyphens resolved: "com-\\npile" to "compile", "long-\\nterm" to "long-term".

    A hyphen stays when the document writes the word with one elsewhere, or has both halves as words and never the
    whole, or goes on with a capital letter.
    """
    if not any(_CUT.search(text) for text in texts):
        return texts
    words = {word.casefold() for text in texts for word in _WORD.findall(_CUT.sub(" ", text))}
    return [_CUT.sub(lambda cut: _joined(cut, words), text) for text in texts]


def _joined(cut: re.Match[str], words: set[str]) -> str:
    left, mark, right = cut[1], cut[2], cut[3]
    whole, compound = left + right, f"{left}-{right}"
    if mark == "\u00ad" or whole.casefold() in words:
        return whole
    if compound.casefold() in words or right[0].isupper():
        return compound
    both_words = len(left) > 2 and left.casefold() in words and right.casefold() in words
    return compound if both_words else whole
