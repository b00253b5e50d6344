# Cutting text at its real boundaries, and bringing words to a common form.

import re
from collections.abc import Iterator
from itertools import pairwise

from rlm_app.clients.offline_cells.words import NUMBERS, STOP

WORD = re.compile(r"[^\W_]+(?:[-'’.][^\W_]+)*")
BLANK = re.compile(r"\n[^\S\n]*\n\s*")
OPENER = re.compile(
    r"\n(?=[^\S\n]*(?:#{1,6}\s|\||[-*•–]\s|\(?(?:[a-z]|[ivx]{1,4}|\d{1,2})\)\s|\d+(?:\.\d+)+[.)]?\s+['\"“(*]*[A-Z]"
    r"|\d{1,2}\.\s+['\"“(*]*[A-Z]|[A-Z](?:\.\d+)+\s+[A-Z]|(?i:section|article|schedule|chapter|table|figure|appendix|annex)"
    r"\s+[\dA-Z]|(?i:amendment|addendum|service bulletin|bulletin)\s+(?:No\.|\d|[A-Z]+-?\d)))"
    r"|(?<=[.!?])\n(?=[A-Z][A-Za-z’'& -]{3,32}\n[A-Z])"
)
HEADING = re.compile(
    r"[^\S\n]*(?:#{1,6}\s+(?P<hash>.+)|(?P<num>(?:\d+(?:\.\d+)*|[A-Z](?:\.\d+)+)\.?\s+[A-Z][^\n.;:]{2,66})"
    r"|(?P<caps>[A-Z][A-Z0-9 ,&/'’()-]{3,70})|(?P<plain>[A-Z][A-Za-z’'& -]{3,32})"
    r"|(?P<named>(?i:schedule|chapter|part|annex|appendix|amendment|addendum|service bulletin|bulletin)\s[^\n;]{1,70}))\s*$"
)
SCRAP = 20
ROW = re.compile(r"\n(?=\s*[^\sa-z])")
END = re.compile(r"[.!?]['\"”’)\]*]*(?=\s+['\"“‘(\[*]*[A-Z0-9])")
ABBREVIATED = re.compile(
    r"(?:\b(?:no|nos|art|sec|fig|figs|eq|ref|vol|pp|para|cl|ch|cf|vs|al|etc|approx|e\.g|i\.e|mr|mrs|ms|dr|prof|st"
    r"|ltd|inc|co|corp|jr|sr|u\.s|u\.k|dept|est|tel|min|max)|\b[A-Z]|(?:^|\n)[^\S\n]*\(?[\dIVXivx]{1,4}(?:\.\d+)*)\.$",
    re.IGNORECASE,
)
SUFFIXES = (
    "ization", "isation", "ability", "ibility", "ations", "ation", "ements", "ement", "ments", "ment", "ances", "ance",
    "ences", "ence", "ively", "ities", "ity", "ings", "ing", "ions", "ion", "able", "ible", "ally", "edly", "ous", "ive",
    "ors", "ers", "ies", "ied", "est", "ed", "es", "or", "er", "al", "ly", "s", "e", "y",
)  # fmt: skip


AGENTS = frozenset({"ors", "ers", "or", "er"})


def squeeze(text: str) -> str:
    """Return the text on one line: words that a line end cut in two joined, white space single."""
    return " ".join(re.sub(r"(?<=[a-z])[-\u00ad]\n\s*(?=[a-z])", "", text).split())


def stem(word: str) -> str:
    """Return the common beginning of a word's forms: not a word itself, the same for most of its relatives."""
    word = word.removesuffix("'s").removesuffix("’s")
    if not word.isalpha() or len(word) < 4:
        return word
    for suffix in SUFFIXES:
        # One more letter before -er and -or: a maker is no make, and a matter no mat.
        least = 4 if suffix in AGENTS else 3
        if word.endswith(suffix) and len(word) - len(suffix) >= least:
            root = word[: -len(suffix)]
            return root[:-1] if len(root) > 3 and root[-1] == root[-2] else root
    return word


def words_of(text: str) -> list[str]:
    """Return the words of a text in lower case, numbers without their thousands separators."""
    plain = re.sub(r"(?<=\d),(?=\d{3})|\u00ad|(?<=[a-z])-\n\s*(?=[a-z])", "", text)
    return WORD.findall(re.sub(r"(?<=[^\W\d_])[-–](?=[^\W\d_]{2})", " ", plain).lower())


def is_table(text: str) -> bool:
    """Tell whether the lines are the rows of a table that lost its rules: no sentence does with so few small words."""
    words = words_of(text) if text.count("\n") > 1 and len(text) > 120 else []
    return bool(words) and sum(word in STOP for word in words) < 0.22 * len(words)


def is_row(line: str) -> bool:
    """Tell whether a line is a row of figures: at least three words, and every other one a number."""
    words = line.split()
    return len(words) > 2 and 2 * sum(any(char.isdigit() for char in word) for word in words) >= len(words)


def row_ends(text: str, left: int, right: int) -> Iterator[int]:
    """Yield where rows of figures that stand among prose begin and end, so that neither runs into the other."""
    start, before = left, False
    for line in text[left:right].splitlines(keepends=True):
        row = is_row(line)
        if (row or before) and start > left:
            yield start
        before, start = row, start + len(line)


def blocks(text: str) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of each heading, paragraph, clause, list item or table row of `text`."""
    cuts = {0, len(text)}
    cuts.update(match.end() for match in BLANK.finditer(text))
    cuts.update(match.end() for match in OPENER.finditer(text))
    for left, right in pairwise(sorted(cuts)):
        line = text.find("\n", left, right)
        if 0 < line < right - 1 and HEADING.match(text[left:line]) and not text[line + 1].islower():
            yield left, line + 1
        else:
            line = left - 1
        if text[line + 1 : right].strip():
            yield line + 1, right


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of each sentence, heading, list item or table row of `text`, without white space around."""
    for left, right in blocks(text):
        if is_table(text[left:right]):
            ends = [match.end() for match in ROW.finditer(text, left, right)]
        else:
            ends = [match.end() for match in END.finditer(text, left, right) if not _abbreviated(text, match.start())]
            ends = sorted({*ends, *row_ends(text, left, right)})
        ends = [end for before, end in zip([left, *ends], ends, strict=False) if end - before > SCRAP]
        for start, end in pairwise([left, *ends, right]):
            piece = text[start:end]
            if piece.strip():
                yield start + len(piece) - len(piece.lstrip()), end - len(piece) + len(piece.rstrip())


def _abbreviated(text: str, dot: int) -> bool:
    return ABBREVIATED.search(text, max(0, dot - 12), dot + 1) is not None


def has_figure(words: list[str]) -> bool:
    """Tell whether any of the words is a number, in digits or spelled, or part of a date."""
    return any(word in NUMBERS or any(c.isdigit() for c in word) for word in words)
