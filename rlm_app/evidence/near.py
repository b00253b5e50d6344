"""The passage that comes nearest to a quotation that is not there, and what differs between the two.

Nearness only proposes a passage; what is made of it is decided by which words differ.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from rlm_app.citations import Difference
from rlm_app.evidence.anchors import PIECE, SHORTEST, STRIDE
from rlm_app.evidence.index import Index
from rlm_app.evidence.normalise import Normal, normalised
from rlm_app.evidence.weights import Weight, weight_of_change, weight_without_blanks
from rlm_app.evidence.words import Diff, Word, compare, differences, words_of

CANDIDATES = 3
_RARE, _COMMON = 16, 64
"""Places from which on a piece says nothing about where a quotation stands."""
_BUCKET = 64
_SHORT = 60
"""Characters up to which a quotation may hold no whole piece, so that the text is searched without them."""
_LONGEST_SEARCH = 3_000_000
_LEAST_SCORE = 55.0


@dataclass(frozen=True, slots=True)
class Near:
    """A passage, [start, end) of the document, that shares words with a quotation.

    `changed` is how many words differ of the `words` that the quotation has, `weight` why a difference matters, if it
    does; `score` is how alike the characters are, from 0 to 100.
    """

    start: int
    end: int
    differences: tuple[Difference, ...]
    changed: int
    words: int
    weight: Weight | None
    score: float


def nearest(index: Index, quote: str) -> Near | None:
    """Return the passage whose words differ least from the quotation's, None when none shares enough with it."""
    normal = normalised(quote)
    quoted = words_of(quote)
    if not normal.text or not quoted:
        return None
    best: Near | None = None
    for window in _windows(index, normal):
        near = _look(index, quote, quoted, normal, window)
        if near is not None and (best is None or near.changed < best.changed):
            best = near
        if best is not None and best.changed <= 1:
            break
    return best


def _windows(index: Index, normal: Normal) -> list[tuple[int, int]]:
    """Return stretches of the compared text in which the quotation may stand."""
    length, total = len(normal.text), len(index.normal.text)
    reach = max(40, length // 4)
    begins = _by_anchors(index, normal.text, _sample(length), _RARE) if length >= SHORTEST else []
    begins = begins or _by_anchors(index, normal.text, range(length - PIECE + 1), _COMMON)
    if begins:
        return [(max(0, begin - reach), min(total, begin + length + reach + _BUCKET)) for begin in begins]
    return [(0, total)] if length <= _SHORT and total <= _LONGEST_SEARCH else []


def _sample(length: int) -> Sequence[int]:
    """Return places of pieces at the beginning, in the middle and at the end of a quotation, or all if it is short."""
    last, run = length - PIECE, 4 * STRIDE
    if last <= 3 * run:
        return range(last + 1)
    middle = (last - run) // 2
    return [*range(run), *range(middle, middle + run), *range(last - run + 1, last + 1)]


def _by_anchors(index: Index, wanted: str, pieces: Sequence[int], most: int) -> list[int]:
    """Return where the quotation would begin if its pieces with at most so many places stood in it; likeliest first."""
    votes = Counter(begin // _BUCKET for begin in index.anchors().begins(wanted, pieces, most))
    needed = len(pieces) // (8 * STRIDE)
    both = {bucket: count + votes.get(bucket + 1, 0) for bucket, count in votes.items()}
    likely = [bucket for bucket, count in both.items() if count > needed]
    best = sorted(likely, key=lambda bucket: (-both[bucket], bucket))[: 2 * CANDIDATES]
    return [bucket * _BUCKET for bucket in _apart(best)][:CANDIDATES]


def _apart(buckets: list[int]) -> list[int]:
    kept: list[int] = []
    for bucket in buckets:
        if all(abs(bucket - other) > 1 for other in kept):
            kept.append(bucket)
    return kept


def _look(index: Index, quote: str, quoted: list[Word], normal: Normal, window: tuple[int, int]) -> Near | None:
    """Compare the quotation with the stretch of the window that is most like it."""
    from rapidfuzz.fuzz import partial_ratio_alignment

    stretch = index.normal.text[slice(*window)]
    place = partial_ratio_alignment(normal.text, stretch, score_cutoff=_LEAST_SCORE)
    if place is None or place.dest_end <= place.dest_start:
        return None
    start, end = index.span((window[0] + place.dest_start, window[0] + place.dest_end))
    diff = compare(quoted, _around(index.text, start, end))
    if diff is None:
        return None
    return _near(index.text, quote, quoted, diff, place.score)


def _around(text: str, start: int, end: int) -> list[Word]:
    """Return the words of a stretch and, as it may end beside one that differs, two more on each side."""
    words = words_of(text, max(0, start - 80), min(len(text), end + 80))
    inside = [number for number, word in enumerate(words) if word.end > start and word.start < end]
    return words[max(0, inside[0] - 2) : inside[-1] + 3] if inside else []


def _near(text: str, quote: str, quoted: Sequence[Word], diff: Diff, score: float) -> Near:
    weights = [
        weight_of_change([word.text for word in ours], [word.text for word in theirs]) for ours, theirs in diff.pairs
    ]
    if diff.pairs:
        source = words_of(text, diff.start, diff.end)
        weights.append(weight_without_blanks("".join(w.text for w in quoted), "".join(w.text for w in source)))
    weight = next((each for each in weights if each is not None), None)
    return Near(diff.start, diff.end, differences(diff, quote, text), diff.changed, len(quoted), weight, score)
