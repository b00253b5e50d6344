# How near a word of the text comes to a word of the question, and which sentences of a passage come nearest.

import re

from rlm_app.clients.offline_cells.text import HEADING, has_figure, sentences, stem, words_of
from rlm_app.clients.offline_cells.words import GROUPS

RELATED: dict[str, set[str]] = {}
for _group in GROUPS:
    for _word in _group:
        RELATED.setdefault(stem(_word), set()).update(stem(other) for other in _group)

FIGURE = re.compile(
    r"\b(how (many|much|long|often|old|far|fast|high|large|big|deep|soon|late|thick|heavy|wide)|when|percentage|deadline"
    r"|what (date|year|time|rate|amount|number|share|proportion|size|value)|(by|within) what|maximum|minimum|limit|age)\b",
    re.IGNORECASE,
)
EXACT, KIN, SYNONYM = 1.0, 0.75, 0.5


def common_prefix(one: str, other: str) -> int:
    """Return how many letters two words begin with alike."""
    for index, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return index
    return min(len(one), len(other))


def nearness(asked: str, met: str) -> float:
    """Return how near the stem `met` in a text is to the stem `asked`, from 0 to 1."""
    if asked == met:
        return EXACT
    shared = common_prefix(asked, met)
    if shared >= 5 and shared >= 0.75 * max(len(asked), len(met)):
        return KIN
    return SYNONYM if met in RELATED.get(asked, ()) else 0.0


class Matcher:
    """Looks words up against the question's terms, each distinct word once."""

    def __init__(self, terms: list[str]) -> None:
        self.stems = [stem(term) for term in terms]
        self.memo: dict[str, tuple[tuple[int, float], ...]] = {}

    def hits(self, word: str) -> tuple[tuple[int, float], ...]:
        """Return ((term number, nearness), …) of a word; mostly empty."""
        found = self.memo.get(word)
        if found is None:
            met = stem(word)
            near = ((number, nearness(asked, met)) for number, asked in enumerate(self.stems))
            found = self.memo[word] = tuple(pair for pair in near if pair[1])
        return found

    def best(self, words: list[str]) -> list[float]:
        """Return for each term how near the nearest of the words comes."""
        scores = [0.0] * len(self.stems)
        for word in words:
            for number, near in self.hits(word):
                scores[number] = max(scores[number], near)
        return scores


def wants_figure(question: str) -> bool:
    """Tell whether the question asks for a number, an amount or a time."""
    return bool(FIGURE.search(question))


def pick(
    passage: str, matcher: Matcher, weights: list[float], figure: bool, most: int = 3, room: int = 700
) -> tuple[int, int, float]:
    """Return (start, end, share): the up to `most` sentences in a row that cover the largest share of the weights."""
    spans = list(sentences(passage))
    spans = [span for span in spans if not HEADING.match(passage[span[0] : span[1]])] or spans
    rows = [words_of(passage[start:end]) for start, end in spans]
    scores = [matcher.best(row) for row in rows]
    total = sum(weights) or 1.0
    best = (0, 0, 0.0, -1.0)
    for first in range(len(spans)):
        for last in range(first, min(first + most, len(spans))):
            start, end = spans[first][0], spans[last][1]
            if last > first and end - start > room:
                break
            nearest = [max(column) for column in zip(*scores[first : last + 1], strict=False)]
            share = sum(weight * near for weight, near in zip(weights, nearest, strict=False)) / total
            bonus = 0.12 if figure and any(has_figure(row) for row in rows[first : last + 1]) else 0.0
            value = share + bonus - 0.04 * (last - first)
            if value > best[3]:
                best = (start, end, share, value)
    return best[:3]
