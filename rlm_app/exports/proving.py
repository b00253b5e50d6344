"""Whether a quotation stands in the passage it names, in a way that a program of any language can do over again.

`verifier.js` does the same; change both together. This repeats what can be repeated; the verdict is the verifier's.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

_HYPHENATED = re.compile("[-\u2010\u00ad][ \t]*\n[ \t]*")
_QUOTES = re.compile("[‘’‚‛′`´“”„‟″«»‹›'\"]")
_DASHES = re.compile("[\u2010-\u2015\u2212]")
# JavaScript's \s and Python's differ at the edges, so the blanks are named.
_NOTHING = re.compile("[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200f\u2028-\u202f\u205f\u2060\u3000\ufeff\u00ad*_>]")
_INNER_HYPHEN = re.compile(r"(?<=[^\W\d_])-(?=[^\W\d_])")
_ELLIPSIS = re.compile(r"\[?(?:…|\.\.\.)\]?")

EXACT, PARTS, ORDER, NONE = "exact", "parts", "in order", "none"
"""The quotation is the passage; its parts around "…" stand in it in order; all its words do; it does not stand there."""


def sha256(text: str) -> str:
    """Return the SHA-256 of a text's UTF-8 bytes, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def folded(text: str) -> str:
    """Return a text without what a line break, a typesetter or Markdown may change in it."""
    text = _DASHES.sub("-", _QUOTES.sub("'", _HYPHENATED.sub("", text)))
    text = unicodedata.normalize("NFKC", text).lower().replace("ς", "σ")
    return _INNER_HYPHEN.sub("", _NOTHING.sub("", _QUOTES.sub("'", text)))


def proof(quote: str, passage: str) -> str:
    """Return how the quotation stands in the passage: `EXACT`, `PARTS`, `ORDER` or `NONE`."""
    found = folded(passage)
    if not found:
        return NONE
    if folded(quote).strip("'") == found.strip("'"):
        return EXACT
    parts = [folded(part) for part in _ELLIPSIS.split(quote)]
    if len(parts) > 1 and _in_order([part for part in parts if part], found):
        return PARTS
    return ORDER if _in_order([folded(word) for word in re.split("[ \t\n]+", quote) if word], found) else NONE


def stands_in(quote: str, answer: str) -> bool:
    """Whether an answer holds the quotation."""
    return folded(quote) in folded(answer)


def _in_order(parts: list[str], text: str) -> bool:
    position = 0
    for part in parts:
        found = text.find(part, position)
        if found < 0:
            return False
        position = found + len(part)
    return bool(parts)
