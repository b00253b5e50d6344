# Rank every passage of the context by how well it fits the question.

import math
import re
from collections import Counter
from typing import NamedTuple

from rlm_app.clients.offline_cells.match import KIN, Matcher, pick, wants_figure
from rlm_app.clients.offline_cells.passages import Source, numbers_in, passages
from rlm_app.clients.offline_cells.text import is_table, stem, words_of
from rlm_app.clients.offline_cells.words import ASKING, STOP, WEAK

BEST, ASKED = 40, 12
LATER_WEIGHT, TABLE_WEIGHT = 1.4, 0.6
LATER = re.compile(r"\b(amendment|addendum|bulletin|variation|erratum|errata|supplement|revision)s?\b", re.IGNORECASE)


class Row(NamedTuple):
    """A passage that holds words of the question: how often and how nearly each, there and in the headings above."""

    source: int
    start: int
    end: int
    heading: str
    often: dict[int, float]
    near: dict[int, float]
    above: list[float]
    length: int


class Ranked(NamedTuple):
    """The passages that fit, best first, as (score, share of the question covered, row), and what they were ranked by."""

    best: list[tuple[float, float, Row]]
    terms: list[str]
    weights: list[float]
    held: list[int]


def question_terms(text: str) -> tuple[list[str], list[float]]:
    """Return (terms, emphasis): the words that carry the question; -1 for those in quotation marks."""
    marked = set(words_of(" ".join(re.findall(r"[\"“]([^\"”]+)[\"”]", text))))
    empty = {stem(word) for word in ASKING}
    words = list(dict.fromkeys(word for word in words_of(text) if word not in STOP and len(word) > 1))
    kept = [word for word in words if stem(word) not in empty or word in marked] or words
    unlike = list({stem(word): word for word in reversed(kept)}.values())[::-1]
    return unlike, [-1.0 if word in marked else 0.5 if word in WEAK else 1.0 for word in unlike]


def weigh(rare: list[float], emphasis: list[float]) -> list[float]:
    """Return the weights of the terms; those in quotation marks together are worth more than all the others."""
    rest = sum(value * heavy for value, heavy in zip(rare, emphasis, strict=False) if heavy > 0)
    marked = sum(value for value, heavy in zip(rare, emphasis, strict=False) if heavy < 0) or 1.0
    factor = max(3.0, 1.5 * rest / marked)
    return [value * (heavy if heavy > 0 else factor) for value, heavy in zip(rare, emphasis, strict=False)]


def collect(sources: list[Source], matcher: Matcher) -> tuple[list[Row], int, float]:
    """Return a row for each passage that may matter to the question, how many passages there are, and their length."""
    rows, count, length = [], 0, 0
    for number, source in enumerate(sources):
        for start, end, heading in passages(source.text):
            words = Counter(words_of(source.text[start:end]))
            size = sum(words.values())
            count, length = count + 1, length + size
            often: dict[int, float] = {}
            near: dict[int, float] = {}
            for word, times in words.items():
                for term, closeness in matcher.hits(word):
                    often[term] = often.get(term, 0.0) + times * closeness
                    near[term] = max(near.get(term, 0.0), closeness)
            above = matcher.best(words_of(heading))
            if often or any(above) or LATER.search(heading):
                rows.append(Row(number, start, end, heading, often, near, above, size))
    return rows, max(count, 1), max(length / max(count, 1), 1.0)


def rarity(rows: list[Row], count: int, terms: int) -> tuple[list[float], list[int]]:
    """Return (weight of each term, passages that hold it): a word that few passages hold tells more."""
    same, alike = [0] * terms, [0] * terms
    for row in rows:
        for term, near in row.near.items():
            alike[term] += 1
            same[term] += near >= KIN
    held = [same[term] or alike[term] for term in range(terms)]
    return [math.log(1 + (count - n + 0.5) / (n + 0.5)) for n in held], held


def score(row: Row, weights: list[float], average: float) -> tuple[float, float]:
    """Return (score, share): BM25 with the headings above the passage, and the share of the question it covers."""
    points = covered = 0.0
    for term, weight in enumerate(weights):
        often = row.often.get(term, 0.0) + 0.8 * row.above[term]
        if often:
            points += weight * often * 2.2 / (often + 1.2 * (0.4 + 0.6 * row.length / average))
            covered += weight * max(row.near.get(term, 0.0), 0.85 * row.above[term])
    share = covered / (sum(weights) or 1.0)
    return points * (0.3 + share), share


def later_rows(best: list[tuple[float, float, Row]], rows: list[Row], sources: list[Source]) -> list[Row]:
    """Return the passages of amendments and bulletins that name one of the numbered passages which rank best."""
    top = [sources[row.source].text[row.start : row.end] for _, _, row in best[:4]]
    numbers = {number for text in top for number in numbers_in(text)}
    if not numbers:
        return []
    naming = re.compile(r"(?<![\d.])(?:" + "|".join(map(re.escape, numbers)) + r")(?!\d|\.\d)")
    return [
        row for row in rows if LATER.search(row.heading) and naming.search(sources[row.source].text, row.start, row.end)
    ]


def rank(question: str, sources: list[Source]) -> Ranked:
    """Return the passages that fit the question, best first."""
    terms, emphasis = question_terms(question)
    matcher, figure = Matcher(terms), wants_figure(question)
    rows, count, average = collect(sources, matcher)
    rare, held = rarity(rows, count, len(terms))
    weights = weigh(rare, emphasis)
    coarse = sorted(((*score(row, weights, average), row) for row in rows), key=lambda item: -item[0])[:BEST]
    fine = []
    for points, share, row in coarse:
        body = sources[row.source].text[row.start : row.end]
        start, end, covered = pick(body, matcher, weights, figure, row.heading)
        fitting = TABLE_WEIGHT if is_table(body[start:end]) and not figure else 1.0
        fitting *= LATER_WEIGHT if LATER.search(row.heading) else 1.0
        fine.append((points * (0.6 + covered) * fitting, share, row))
    fine.sort(key=lambda item: -item[0])
    known = {(row.source, row.start) for _, _, row in fine[:ASKED] if row.often}
    late = [row for row in later_rows(fine, rows, sources) if (row.source, row.start) not in known][:3]
    fine = [item for item in fine if item[2] not in late] + [(0.7 * fine[0][0], 0.0, row) for row in late]
    return Ranked(sorted(fine, key=lambda item: -item[0]), terms, weights, held)
