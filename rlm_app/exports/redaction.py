"""Hiding names, mail addresses and long numbers: the same thing gets the same sign everywhere in a file."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from rlm_app.turning import level

# An address, or a name, may be broken at the end of a line.
_WRAP = r"(?:[ \t]*\n[ \t]*)?"
_BREAK = "(?:[-\u00ad\u2010]?[ \t]*\n[ \t]*|\u00ad)?"
MAIL = re.compile(rf"(?<![\w+%])[\w+%][\w.+%'’-]*+{_WRAP}@{_WRAP}[\w-]+(?:\.[\w-]+)+")
_YEAR = r"(?:19|20)\d\d"
_DATE = rf"(?<!\d)(?:\d{{4}}-\d\d-\d\d|\d?\d[./-]\d?\d[./-]{_YEAR}|{_YEAR}[-–]{_YEAR})(?!\d)"
_BETWEEN = r"[ \u00a0\u202f()/.\u2010-\u2014\u2212-]{0,3}"
# Account, card, telephone and identity numbers. Dates, and amounts that are grouped by commas, are what documents are about.
NUMBER = re.compile(
    r"(?<![0-9a-z_])(?<!\d[.,/-])(?:[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]{4}){2,7}(?:[ ]?[A-Z0-9]{1,3})?"
    rf"|\+?\(?(?!{_DATE})\d(?:{_BETWEEN}(?!{_DATE})\d){{6,}})(?![0-9a-z_])"
)
_TITLED = re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Dr|Prof|Herr|Frau|Sir)\.?\s+((?:[A-Z][\w’'-]+\s?){1,3})")
_PAIR = re.compile(r"(?<![.!?:]\s)(?<!^)\b([A-Z][a-zà-ÿ’'-]+(?:\s[A-Z]\.)?\s[A-Z][a-zà-ÿ’'-]{2,})\b")
_COMMON = frozenset(
    """
    The This That These Those Agreement Section Article Company Contract Schedule Annex Appendix Chapter Page Table Figure
    Party Parties Supplier Customer Service Services January February March April May June July August September October
    November December Monday Tuesday Wednesday Thursday Friday Saturday Sunday United States New York North South East West
    Act Law Court Board Effective Date General Terms Conditions Model Language Open Source
    """.split()  # noqa: SIM905 - a paragraph of words reads better than a column of strings
)
# Scripts that set no blanks between words, and Korean, which hangs its particles on a name.
_JOINED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_LETTER = r"[^\W\d_]"


@dataclass(frozen=True, slots=True)
class Edited:
    """A text in which stretches were replaced: (start, end) in the original, and how long what stands there now is."""

    text: str
    cuts: tuple[tuple[int, int, int], ...] = ()

    def at(self, offset: int, *, end: bool = False) -> int:
        """Return where a place of the original is now; one inside what was replaced is its beginning, or its `end`."""
        index = bisect_right(self.cuts, offset - (1 if end else 0), key=lambda cut: cut[0])
        shift = sum(now - (stop - start) for start, stop, now in self.cuts[:index])
        if not index:
            return offset
        start, stop, now = self.cuts[index - 1]
        if start <= offset < stop or (end and offset == stop):
            before = start + shift - (now - (stop - start))
            return before + now if end else before
        return offset + shift


@dataclass
class Redactor:
    """Hides what it was told to; `counts` says how many different things of each kind it has met."""

    names: Sequence[str] = ()
    mails: bool = False
    numbers: bool = False
    _signs: dict[tuple[str, str], str] = field(default_factory=dict)

    def __call__(self, text: str) -> str:
        """Return the text with what is to be hidden replaced by signs like "[name 2]"."""
        return self.edit(text).text

    def edit(self, text: str) -> Edited:
        """Return the same, with the way from places of the original to those of the result."""
        text = clean(text)
        pieces: list[str] = []
        cuts: list[tuple[int, int, int]] = []
        position = 0
        for start, end, kind in self._found(text):
            sign = self._sign(kind, text[start:end])
            pieces += [text[position:start], sign]
            cuts.append((start, end, len(sign)))
            position = end
        return Edited("".join([*pieces, text[position:]]), tuple(cuts))

    @property
    def counts(self) -> dict[str, int]:
        """How many different names, mails and numbers were hidden."""
        return dict(Counter(kind for kind, _ in self._signs))

    def _found(self, text: str) -> list[tuple[int, int, str]]:
        kinds = [(MAIL, "mail")] * self.mails + [(NUMBER, "number")] * self.numbers
        found = [(*match.span(), kind) for pattern, kind in kinds for match in pattern.finditer(text)]
        pattern = self._pattern()
        found += [(*match.span(), "name") for match in pattern.finditer(text)] if pattern else []
        kept: list[tuple[int, int, str]] = []
        for start, end, kind in sorted(found, key=lambda each: (each[0], -each[1])):
            if not kept or start >= kept[-1][1]:
                kept.append((start, end, kind))
        return kept

    @property
    def _words(self) -> set[str]:
        """Return the words of the names as signs tell them apart."""
        return {unicodedata.normalize("NFC", word).casefold() for name in self.names for word in name.split()}

    def _pattern(self) -> re.Pattern[str] | None:
        names = [unicodedata.normalize("NFC", name) for name in self.names]
        joined = {"".join(name.split()) for name in names if _JOINED.search(name)}
        # Each word of a name alone: a quotation may begin in the middle of it.
        words = {word for name in names for word in re.findall(r"[\w’'-]+", name) if len(word) > 1}
        apart = {word for word in words if not _JOINED.search(word)}
        ways = [r"\s?".join(map(re.escape, word)) for word in sorted(joined | words - apart, key=len, reverse=True)]
        if apart:
            name = rf"(?:{'|'.join(_spelled(apart))})++"
            # "Does" may be the Doe family's, "does" is a verb.
            family = rf"(?-i:(?![a-zß-ÿ])){name}e?s"
            ways.append(rf"(?<!{_LETTER})(?:{name}|{family})(?!{_LETTER})")
        return re.compile("|".join(ways), re.IGNORECASE) if ways else None

    def _sign(self, kind: str, text: str) -> str:
        plain = re.sub(r"[\W_]+", "", unicodedata.normalize("NFC", text)).casefold()
        stems = [plain, plain.removesuffix("s"), plain.removesuffix("es")] if kind == "name" else []
        key = kind, next((stem for stem in stems if stem in self._words), plain)
        if key not in self._signs:
            self._signs[key] = f"[{kind} {sum(1 for known, _ in self._signs if known == kind) + 1}]"
        return self._signs[key]


def _spelled(words: Iterable[str]) -> list[str]:
    """Return patterns for words as files may hold them, the longest first: accents as marks of their own, ß as ss."""
    lower = {word.lower() for word in words}
    forms = lower | {word.casefold() for word in lower} | {unicodedata.normalize("NFD", word) for word in lower}
    return [_BREAK.join(map(_alike, form)) for form in sorted(forms, key=lambda form: (-len(form), form))]


def _alike(letter: str) -> str:
    return "['’]" if letter in "'’" else re.escape(letter)


def clean(text: str) -> str:
    """Return a text of the same length that can stand in any file.

    Without returns, NUL and halves of surrogate pairs, which HTML and JSON cannot carry, and without what turns letters about.
    """
    if "\r" in text:
        text = text.replace("\r\n", " \n").replace("\r", "\n")
    return re.sub("[\x00\ud800-\udfff]", "\ufffd", level(text))


def likely_names(texts: Iterable[str], limit: int = 60) -> list[str]:
    """Return what looks like people's names, most frequent first; a person decides, for this is a guess."""
    tally: Counter[str] = Counter()
    for text in texts:
        found = [*_TITLED.findall(text), *_PAIR.findall(text)]
        tally.update(" ".join(name.split()) for name in found if not _COMMON & set(name.split()))
    return [name for name, _ in tally.most_common(limit)]


def likely(pattern: re.Pattern[str], texts: Iterable[str], limit: int = 60) -> list[str]:
    """Return what `MAIL` or `NUMBER` finds in the texts, each once."""
    found = (match.group() for text in texts for match in pattern.finditer(text))
    return list(dict.fromkeys(found))[:limit]
