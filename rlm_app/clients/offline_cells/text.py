# Cutting text at its real boundaries, and bringing words to a common form.

import re
from collections.abc import Iterator
from itertools import pairwise

from rlm_app.clients.offline_cells.words import NUMBERS

WORD = re.compile(r"[^\W_]+(?:[-'’.][^\W_]+)*")
BLANK = re.compile(r"\n[^\S\n]*\n\s*")
OPENER = re.compile(
    r"\n(?=[^\S\n]*(?:#{1,6}\s|\||[-*•–]\s|\(?(?:[a-z]|[ivx]{1,4}|\d{1,2})\)\s|\d+(?:\.\d+)+[.)]?\s|\d{1,2}\.\s+[A-Z]"
    r"|(?:SECTION|Section|ARTICLE|Article|SCHEDULE|Schedule|Chapter|CHAPTER|Table|Figure|Appendix|Annex)\s+[\dA-Z]))"
)
HEADING = re.compile(
    r"[^\S\n]*(?:#{1,6}\s+(?P<hash>.+)|(?P<num>(?:\d+(?:\.\d+)*|[A-Z](?:\.\d+)+)\.?\s+[^\n.;:]{2,70})"
    r"|(?P<caps>[A-Z][A-Z0-9 ,&/'’()-]{3,70})"
    r"|(?P<named>(?:Schedule|Chapter|Part|Annex|Appendix|Amendment|SCHEDULE|APPENDIX)\s[^\n;]{1,70}))"
    r"\s*$"
)
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


def squeeze(text: str) -> str:
    """Return the text on one line: words that a line end cut in two joined, white space single."""
    return " ".join(re.sub(r"(?<=[a-z])[-\u00ad]\n\s*(?=[a-z])", "", text).split())


def stem(word: str) -> str:
    """Return the common beginning of a word's forms: not a word itself, the same for most of its relatives."""
    word = word.removesuffix("'s").removesuffix("’s")
    if not word.isalpha() or len(word) < 4:
        return word
    for suffix in SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            root = word[: -len(suffix)]
            return root[:-1] if len(root) > 3 and root[-1] == root[-2] else root
    return word


def words_of(text: str) -> list[str]:
    """Return the words of a text in lower case, numbers without their thousands separators."""
    plain = re.sub(r"(?<=\d),(?=\d{3})|\u00ad|(?<=[a-z])-\n\s*(?=[a-z])", "", text)
    return WORD.findall(re.sub(r"(?<=[^\W\d_])[-–](?=[^\W\d_]{2})", " ", plain).lower())


def is_table(text: str) -> bool:
    """Tell whether the lines are the rows of a table that lost its rules: a sentence's lines begin in the middle of it."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    begun = sum(not line[0].islower() for line in lines)
    return len(lines) > 2 and len(text) > 160 and begun >= 0.7 * len(lines)


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of each sentence, list item or table row of `text`, in order, without white space around."""
    cuts = {0, len(text)}
    cuts.update(match.end() for match in BLANK.finditer(text))
    cuts.update(match.end() for match in OPENER.finditer(text))
    for match in END.finditer(text):
        if not ABBREVIATED.search(text, max(0, match.start() - 12), match.start() + 1):
            cuts.add(match.end())
    edges = sorted(cuts)
    for left, right in pairwise(edges):
        rows = ROW.finditer(text, left, right) if is_table(text[left:right]) else ()
        for start, end in pairwise([left, *(match.end() for match in rows), right]):
            piece = text[start:end]
            if piece.strip():
                yield start + len(piece) - len(piece.lstrip()), end - len(piece) + len(piece.rstrip())


def blocks(text: str) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of each paragraph, clause, list item or table row of `text`."""
    cuts = {0, len(text)}
    cuts.update(match.end() for match in BLANK.finditer(text))
    cuts.update(match.end() for match in OPENER.finditer(text))
    edges = sorted(cuts)
    for left, right in pairwise(edges):
        if text[left:right].strip():
            yield left, right


def has_figure(words: list[str]) -> bool:
    """Tell whether any of the words is a number, in digits or spelled, or part of a date."""
    return any(word in NUMBERS or any(c.isdigit() for c in word) for word in words)
