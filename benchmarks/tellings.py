"""Ways to tell a quotation: honestly, as people and pages do, and falsely. Each returns None where it does not apply."""

from __future__ import annotations

import random
import re
import textwrap
from collections.abc import Callable, Mapping

Change = Callable[[str, random.Random], str | None]
_NUMBERS = {"thirty": "sixty", "ten": "eleven", "two": "three", "one": "two", "five": "six", "twenty": "ninety"}


def hyphenated(quote: str, rng: random.Random) -> str | None:
    """Break a long word at a line end."""
    words = re.findall(r"(?<![\w-])[a-z]{6,}(?![\w-])", quote)
    if not words:
        return None
    word = rng.choice(words)
    return quote.replace(word, f"{word[: len(word) // 2]}-\n{word[len(word) // 2 :]}", 1)


def curly(quote: str, rng: random.Random) -> str | None:
    """Set straight marks in curly ones and the other way round."""
    table = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "'": "’", '"': "”"})
    return quote.translate(table)


def elided(quote: str, rng: random.Random) -> str | None:
    """Leave out the middle."""
    words = quote.split()
    return " ".join([*words[:5], rng.choice(["…", "...", "[…]"]), *words[-5:]]) if len(words) > 12 else None


def other_number(quote: str, rng: random.Random) -> str | None:
    """Change one digit, or one number that is written as a word."""
    digits = list(re.finditer(r"\d", quote))
    if digits:
        digit = rng.choice(digits)
        return quote[: digit.start()] + str((int(digit[0]) + rng.randint(1, 9)) % 10) + quote[digit.end() :]
    return next(
        (re.sub(rf"\b{old}\b", new, quote, count=1) for old, new in _NUMBERS.items() if f" {old} " in quote), None
    )


def negated(quote: str, rng: random.Random) -> str | None:
    """Take a "not" away, or put one in."""
    without = re.sub(r"\bnot\s+", "", quote, count=1)
    changed = (
        without if without != quote else re.sub(r"\b(shall|may|must|is|are|was|can|will)\b", r"\1 not", quote, count=1)
    )
    return changed if changed != quote else None


def other_duty(quote: str, rng: random.Random) -> str | None:
    """Make may of must, or must of may."""
    changed = re.sub(r"\b(shall|must|will)\b", "may", quote, count=1)
    changed = changed if changed != quote else re.sub(r"\b(may|can)\b", "must", quote, count=1)
    return changed if changed != quote else None


def other_word(quote: str, rng: random.Random) -> str | None:
    """Put another word in one's place."""
    words = quote.split()
    at = rng.randrange(1, len(words) - 1)
    words[at] = rng.choice(["zebra", "lantern", "violet", "harvest"])
    return " ".join(words)


def swapped(quote: str, rng: random.Random) -> str | None:
    """Exchange two words that stand side by side."""
    words = quote.split()
    at = rng.randrange(len(words) - 1)
    if re.sub(r"\W", "", words[at]).casefold() == re.sub(r"\W", "", words[at + 1]).casefold():
        return None
    if not (words[at].isalpha() and words[at + 1].isalpha()):
        return None
    words[at], words[at + 1] = words[at + 1], words[at]
    return " ".join(words)


def shuffled(quote: str, rng: random.Random) -> str | None:
    """Put all words in another order."""
    words = quote.split()
    rng.shuffle(words)
    return " ".join(words)


def spaced(quote: str, rng: random.Random) -> str | None:
    """Move a blank beside a word that matters: "not able" becomes "notable"."""
    changed = re.sub(r"\b(not|may|no|must|shall|can) (?=[a-z])", r"\1", quote, count=1)
    return changed if changed != quote and "cannot" not in changed else None


HONEST: Mapping[str, Change] = {
    "as it is": lambda quote, rng: quote,
    "wrapped anew": lambda quote, rng: textwrap.fill(quote, 30, break_on_hyphens=False, break_long_words=False),
    "hyphenated": hyphenated,
    "other marks": curly,
    "ligatures": lambda quote, rng: quote.replace("fi", "ﬁ").replace("fl", "ﬂ"),
    "capitals": lambda quote, rng: quote.upper(),
    "elided": elided,
}
ALTERED: Mapping[str, Change] = {
    "another number": other_number,
    "negated": negated,
    "must for may": other_duty,
    "another word": other_word,
    "two words swapped": swapped,
    "shuffled": shuffled,
    "blank moved": spaced,
}
SUBSTANCE = ("another number", "negated", "must for may")
"""What has to be called Altered, and not only another thing than Found."""


def noisy(text: str, share: float, rng: random.Random) -> str:
    """Return a text as a program reads it from a poor picture: this share of its letters is another one."""
    looks = {
        "l": "1",
        "i": "l",
        "o": "0",
        "e": "c",
        "h": "b",
        "n": "ri",
        "m": "rn",
        "s": "5",
        "a": "o",
        "t": "f",
        "u": "v",
    }
    return "".join(looks.get(letter, letter) if rng.random() < share * 2 else letter for letter in text)
