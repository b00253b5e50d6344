"""Which stretch of which document a prompt carries; pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rlm_app.types import Document

SHORTEST = 24
"""Characters a line must have before finding it says something."""

_TRIED = 6
_STEP = 4096


@dataclass(frozen=True, slots=True)
class Slice:
    """A stretch of a document's text, in characters."""

    document: Document
    start: int
    end: int


def carried(prompt: str, documents: Iterable[Document]) -> Slice | None:
    """Return the longest stretch found around one of the prompt's longest lines, None where none of them is found."""
    seeds = sorted(_lines(prompt), key=lambda seed: -(seed[1] - seed[0]))[:_TRIED]
    found = [piece for document in documents for piece in _in(document, prompt, seeds)]
    return max(found, key=lambda piece: piece.end - piece.start, default=None)


def _lines(prompt: str) -> Iterator[tuple[int, int]]:
    """Return where the lines stand that are long enough; a slice may be cut anywhere but at the ends of these."""
    at = 0
    for line in prompt.split("\n"):
        start = at + len(line) - len(line.lstrip())
        end = at + len(line.rstrip())
        if end - start >= SHORTEST:
            yield start, end
        at += len(line) + 1


def _in(document: Document, prompt: str, seeds: Sequence[tuple[int, int]]) -> Iterator[Slice]:
    for start, end in seeds:
        middle = (start + end) // 2
        left, right = max(start, middle - 60), min(end, middle + 60)
        found = document.text.find(prompt[left:right])
        if found >= 0:
            yield _grown(document, prompt, left, right, found)


def _grown(document: Document, prompt: str, left: int, right: int, found: int) -> Slice:
    """Let a match grow to both sides for as long as prompt and document say the same."""
    text = document.text
    after = _common(prompt[right:], text[found + right - left : found + len(prompt) - left])
    before = _common(prompt[:left][::-1], text[max(0, found - left) : found][::-1])
    return Slice(document, found - before, found + right - left + after)


def _common(one: str, other: str) -> int:
    """Return how many characters two texts have in common from their beginning."""
    at = 0
    while at < min(len(one), len(other)):
        if one[at : at + _STEP] != other[at : at + _STEP]:
            pairs = zip(one[at : at + _STEP], other[at : at + _STEP], strict=False)
            return at + next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)) - at)
        at += _STEP
    return min(len(one), len(other))
