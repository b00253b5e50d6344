"""Old encodings of languages written in Latin letters, told apart by the letters their languages have.

They agree on the plain letters and differ in a few of a hundred, too few for statistics of a text: a French letter read in
the wrong one still looks like some word. But no language has both the ç and the ŕ that "ça" and "à" would become.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_WESTERN = (
    "àâæçéèêëîïôœùûüÿ",  # French
    "äöüßé",  # German
    "áéíñóúüªº",  # Spanish
    "àáâãçéêíóôõúüªº",  # Portuguese
    "àèéìíîòóùú",  # Italian
    "áéëïíóúüöèê",  # Dutch
    "åäöéüà",  # Swedish
    "æøåéöüäòô",  # Danish, Norwegian
    "áðéíóúýþæö",  # Icelandic
    "äöåšžé",  # Finnish
    "àçèéíïòóúü·",  # Catalan
    "éèêëçïöüñâáàíóäôæøåœ",  # English and its names
)
_CENTRAL = (
    "áčďéěíňóřšťúůýž",  # Czech
    "áäčďéíĺľňóôŕšťúýž",  # Slovak
    "ąćęłńóśźż",  # Polish
    "áéíóöőúüű",  # Hungarian
    "ăâîşţ",  # Romanian
    "čćđšž",  # Croatian, Slovene
)
_TURKISH = ("çğıiöşüâîû",)
_BALTIC = ("ąčęėįšųūž", "āčēģīķļņšūž", "äõöüšž")  # Lithuanian, Latvian, Estonian
ENCODINGS = {
    "cp1252": _WESTERN,
    "iso8859_15": _WESTERN,
    "cp1250": _CENTRAL,
    "cp1254": _TURKISH,
    "cp1257": _BALTIC,
    "iso8859_2": _CENTRAL,
    "mac_roman": _WESTERN,
    "cp850": _WESTERN,
    "cp852": _CENTRAL,
}
"""Encodings with the letters of their languages; of those that fit a text as well the first is the likeliest."""

_MOST_HIGH = 0.35
_FITS = 0.9
_MOST_TOGETHER = 3
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a]")
_HIGH = re.compile(rb"[\x80-\xff]")
_PLAIN = re.compile(rb"[A-Za-z]")
_MARKED = re.compile(r"[^\x00-\x7f]+")
_IN_WORDS = frozenset("’‘‐‑–—\u00ad\u00a0·")


def latin(data: bytes) -> str | None:
    """Return the encoding in which `data` is a text of Latin letters; None when it is none, or not clearly one."""
    high = len(_HIGH.findall(data))
    if _CONTROLS.search(data) or high > _MOST_HIGH * (high + len(_PLAIN.findall(data))):
        return None
    fits = {encoding: _fit(data, encoding) for encoding in ENCODINGS}
    best = max(fits, key=lambda encoding: fits[encoding])
    return best if fits[best] >= _FITS else None


def _fit(data: bytes, encoding: str) -> float:
    """Return the share of the marked letters that one language of the encoding has; what cannot be a letter counts against."""
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return 0.0
    letters = list(_letters(text))
    if not letters:
        return 1.0
    return max(sum(letter in alphabet for letter in letters) for alphabet in ENCODINGS[encoding]) / len(letters)


def _letters(text: str) -> Iterator[str]:
    """Yield the letters beyond the plain ones, in lower case, and "?" for a sign where none would be written."""
    for run in _MARKED.finditer(text):
        before, behind = text[run.start() - 1 : run.start()], text[run.end() : run.end() + 1]
        crowded = len(run[0]) > _MOST_TOGETHER and run[0].isalpha()
        for at, character in enumerate(run[0]):
            left, right = run[0][at - 1] if at else before, run[0][at + 1 : at + 2] or behind
            if character.isalpha():
                inside = left.islower() and character.isupper()
                yield "?" if inside or crowded else character.lower()[:1]
            elif _is_strange(character, left.isalpha() and right.isalpha()):
                yield "?"


def _is_strange(sign: str, between_letters: bool) -> bool:
    return sign == "¤" or unicodedata.category(sign) in {"Cc", "Co"} or (between_letters and sign not in _IN_WORDS)
