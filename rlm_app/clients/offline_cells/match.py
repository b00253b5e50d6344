# How near a word of the text comes to a word of the question, and which sentences of a passage come nearest.

import re
from operator import mul

from rlm_app.clients.offline_cells.text import HEADING, has_figure, is_row, sentences, squeeze, stem, words_of
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
OPENS = re.compile(r"[-*•–]\s|\(?\d{1,2}(?:\.\d+)*[.)]?\s+[A-Z]")
ADDS = 0.2
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
    if asked.isalpha() and shared >= 5 and shared >= 0.75 * max(len(asked), len(met)):
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
    passage: str,
    matcher: Matcher,
    weights: list[float],
    figure: bool,
    heading: str = "",
    most: int = 3,
    room: int = 700,
) -> tuple[int, int, float]:
    """Return (start, end, share): the sentences in a row, up to `most`, that best cover what the heading leaves open."""
    told = matcher.best(words_of(heading))
    left = [weight * (1 - 0.6 * near) for weight, near in zip(weights, told, strict=False)]
    spans = list(sentences(passage))
    spans = [span for span in spans if not HEADING.match(passage[span[0] : span[1]])] or spans
    rows = [words_of(passage[start:end]) for start, end in spans]
    scores = [matcher.best(row) for row in rows]
    figures = [figure and has_figure(row) for row in rows]
    bare = [not figure and is_row(passage[start:end]) for start, end in spans]
    best, chosen = -1.0, (0, 0)
    for first in range(len(spans)):
        for last in range(first, min(first + most, len(spans))):
            if last > first and not joins(passage, spans, first, last, room):
                break
            nearest = [max(column) for column in zip(*scores[first : last + 1], strict=False)]
            value = sum(map(mul, left, nearest)) / (sum(left) or 1.0)
            value += 0.12 * any(figures[first : last + 1]) - 0.04 * (last - first) - 0.8 * any(bare[first : last + 1])
            if value > best:
                best, chosen = value, (first, last)
    first, last = extended(passage, spans, *chosen, most, room)
    nearest = [max(column) for column in zip(*scores[first : last + 1], strict=False)] or [0.0] * len(weights)
    share = sum(map(mul, weights, map(max, nearest, told))) / (sum(weights) or 1.0)
    return (spans[first][0], spans[last][1], share) if spans else (0, 0, 0.0)


def joins(passage: str, spans: list[tuple[int, int]], first: int, last: int, room: int) -> bool:
    """Tell whether the sentences from first to last may stand in one quotation: short enough, and of one clause."""
    one_kind = is_row(passage[slice(*spans[first])]) == is_row(passage[slice(*spans[last])])
    return one_kind and spans[last][1] - spans[first][0] <= room and not OPENS.match(passage, spans[last][0])


def extended(
    passage: str, spans: list[tuple[int, int]], first: int, last: int, most: int, room: int
) -> tuple[int, int]:
    """Return the choice with what follows it, and then with what leads to it, as far as one quotation may go."""
    while last + 1 < len(spans) and last - first + 1 < most and joins(passage, spans, first, last + 1, room):
        last += 1
    while first > 0 and last - first + 1 < most and joins(passage, spans, first - 1, last, room):
        first -= 1
    return first, last


def copied(passage: str, matcher: Matcher, weights: list[float], figure: bool, heading: str = "") -> str:
    """Return the sentences to quote, one line each place: the best, and others that add what the best leaves open."""
    start, end, _ = pick(passage, matcher, weights, figure, heading)
    nearest = matcher.best(words_of(passage[start:end]))
    left = [weight * (1 - near) for weight, near in zip(weights, nearest, strict=False)]
    quotes = [passage[start:end]]
    for rest in (passage[:start], passage[end:]):
        first, last, _ = pick(rest, matcher, left, False, heading)
        if HEADING.match(rest[first:last]):
            continue
        more = matcher.best(words_of(rest[first:last]))
        if sum(map(mul, left, more)) >= ADDS * sum(weights):
            quotes.append(rest[first:last])
    return "\n".join(map(squeeze, quotes))
