"""Which stretch of which document a prompt carries; pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rlm_app.types import Document

SHORTEST = 24
"""Characters a line must have before finding it says something."""

_TRIED = 60
_STEP = 4096


@dataclass(frozen=True, slots=True)
class Slice:
    """A stretch of a document's text, in characters."""

    document: Document
    start: int
    end: int


def carried(prompt: str, documents: Iterable[Document]) -> list[Slice]:
    """Return the stretches found around the prompt's longest lines, each once, in the order of the documents.

    A line that stands in several documents, or places, counts in the one with the longest stretch around it.
    """
    documents = list(documents)
    seeds = sorted(_lines(prompt), key=lambda seed: seed[0] - seed[1])[:_TRIED]
    known: list[tuple[int, int]] = []
    found: list[Slice] = []
    for seed in seeds:
        if any(start <= seed[0] and seed[1] <= end for start, end in known):
            continue
        pieces = [piece for document in documents for piece in _in(document, prompt, seed)]
        if pieces:
            at, best = max(pieces, key=lambda piece: piece[1].end - piece[1].start)
            known.append((min(at, seed[0]), max(at + best.end - best.start, seed[1])))
            found.append(best)
    order = {document.info.sha256: number for number, document in enumerate(documents)}
    places = {(order[each.document.info.sha256], each.start, each.end): each for each in found}
    return [places[place] for place in sorted(places)]


def _lines(prompt: str) -> Iterator[tuple[int, int]]:
    """Return where the lines stand that are long enough; a slice may be cut anywhere but at the ends of these."""
    at = 0
    for line in prompt.split("\n"):
        start = at + len(line) - len(line.lstrip())
        end = at + len(line.rstrip())
        if end - start >= SHORTEST:
            yield start, end
        at += len(line) + 1


def _in(document: Document, prompt: str, seed: tuple[int, int]) -> Iterator[tuple[int, Slice]]:
    """Yield where in the prompt the stretch around a line begins that the document has, too, and the stretch."""
    start, end = seed
    middle = (start + end) // 2
    left, right = max(start, middle - 60), min(end, middle + 60)
    found = document.text.find(prompt[left:right])
    if found >= 0:
        yield _grown(document, prompt, left, right, found)


def _grown(document: Document, prompt: str, left: int, right: int, found: int) -> tuple[int, Slice]:
    """Let a match grow to both sides for as long as prompt and document say the same."""
    text = document.text
    after = _common(prompt[right:], text[found + right - left : found + len(prompt) - left])
    before = _common(prompt[:left][::-1], text[max(0, found - left) : found][::-1])
    start, end = found - before, found + right - left + after
    here = text[start:end]
    bare = Slice(document, start + len(here) - len(here.lstrip()), start + len(here.rstrip()))
    return left - before, bare


def _common(one: str, other: str) -> int:
    """Return how many characters two texts have in common from their beginning."""
    at = 0
    while at < min(len(one), len(other)):
        if one[at : at + _STEP] != other[at : at + _STEP]:
            pairs = zip(one[at : at + _STEP], other[at : at + _STEP], strict=False)
            return at + next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)) - at)
        at += _STEP
    return min(len(one), len(other))
