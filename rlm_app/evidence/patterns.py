"""A regular expression that a model's code searched for, in words for people."""

from __future__ import annotations

import re

_IS_PATTERN = re.compile(r"[\\^$*+?{}\[\]|()]|\.[*+?]")
_TIMES = r"(?:\{\d*,?\d*\}|[*+?])?[?+]?"
_SAYS = (
    (rf"\[(?:\\s|\s| )+\]{_TIMES}|\\s{_TIMES}| [*+?]", " "),  # white space
    (r"\(\?[aiLmsux]+\)|\\[bBAZ]|[\^$]", ""),  # flags, and edges of words and lines
    (r"\(\?(?:[:=!>]|<[=!]|P?<\w+>)", "("),
    (rf"(?:\\[wWSdD]|(?<!\\)\.|\[(?:\\.|[^\]\\])*\]){_TIMES}", "…"),  # whatever may stand there
    (r"(?<=[^\\])\|", " or "),
    (r"(\w)[?*]", r"(\1)"),
    (r"(?<!\\)(?:\{\d*,?\d*\}|[*+?])+", ""),
    (r"\\(.)", r"\1"),
    (r"\([…\s]*\)", "…"),
    (r"…[…\s]*…", "…"),
    (r"\s+", " "),
)
_WORD = re.compile(r"[^\W\d_]{3}|[^\W_a-zA-Z]{2}")


def is_pattern(term: str) -> bool:
    """Whether a term is more than the words it stands for."""
    return bool(_IS_PATTERN.search(term))


def in_words(term: str) -> str:
    """Return a pattern as a person would write it, "terminat… or cancel…" ; "" of one that names no word."""
    if not is_pattern(term):
        return term
    for written, meant in _SAYS:
        term = re.sub(written, meant, term)
    return term.strip() if _WORD.search(term) else ""
