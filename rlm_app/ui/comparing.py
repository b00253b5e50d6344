"""What two runs, or several of the same question, have in common; pure functions."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import combinations
from statistics import mean, median

from rlm_app.citations import Citation
from rlm_app.engine.trajectory import Trajectory
from rlm_app.engine.tree import Turn
from rlm_app.exports.proving import folded
from rlm_app.records import RunRecord
from rlm_app.ui import allowing, states, words

Marked = list[tuple[str, bool]]
"""Stretches of a text, each with whether the other text lacks it."""
Same = tuple[Citation, ...]
"""The same words as one run quotes them, or as both do."""

_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_ALIKE = 0.6


def marked_words(left: str, right: str) -> tuple[Marked, Marked]:
    """Return both texts cut into stretches that they share and stretches that they do not."""
    ours, theirs = _TOKEN.findall(left), _TOKEN.findall(right)
    if len(ours) * len(theirs) > 25_000_000:
        ours, theirs = left.splitlines(keepends=True), right.splitlines(keepends=True)
    one: Marked = []
    two: Marked = []
    for tag, a, b, c, d in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        if a < b:
            one.append(("".join(ours[a:b]), tag != "equal"))
        if c < d:
            two.append(("".join(theirs[c:d]), tag != "equal"))
    return one, two


def shared_evidence(left: Sequence[Citation], right: Sequence[Citation]) -> tuple[list[Same], list[Same], list[Same]]:
    """Return the quotations of the left run alone, of both, and of the right alone; each once.

    Those of both come as each run has them: the same words may stand elsewhere for the other, or nowhere.
    """
    ours, theirs = _by_words(left), _by_words(right)
    return (
        [(each,) for key, each in ours.items() if key not in theirs],
        [(each, theirs[key]) for key, each in ours.items() if key in theirs],
        [(each,) for key, each in theirs.items() if key not in ours],
    )


def settings(left: RunRecord, right: RunRecord) -> list[tuple[str, str, str]]:
    """Return what the runs were given where it differs, then what came of each: name, left, right."""
    rows = [(name.replace("_", " ").capitalize(), _told(left, name), _told(right, name)) for name in _GIVEN]
    rows.insert(1, ("Documents", _documents(left, right), _documents(right, left)))
    rows = [row for row in rows if row[1] != row[2]]
    for name in sorted(left.spec.limits.__dataclass_fields__):
        if getattr(left.spec.limits, name) != getattr(right.spec.limits, name):
            ours, theirs = (allowing.told(name, each.spec.limits) for each in (left, right))
            rows.append((f"Limit: {allowing.title(name)}", ours, theirs))
    return [*rows, *((name, tell(left), tell(right)) for name, tell in _CAME.items())]


_GIVEN = ("question", "backend", "root_model", "sub_model", "environment", "mode", "depth_models", "system_prompt")
_CAME: Mapping[str, Callable[[RunRecord], str]] = {
    "State": lambda record: states.look_of(record).word,
    "Money": lambda record: words.spent(record.usage),
    "Tokens": lambda record: words.tokens(record.usage),
    "Calls": lambda record: f"{record.usage.calls:,}",
    "Time": lambda record: words.duration(record.seconds),
    "Quotes found": lambda record: (
        f"{record.quotes_found} of {record.quotes_total}" if record.quotes_total else "nothing quoted"
    ),
}


def _told(record: RunRecord, name: str) -> str:
    value = getattr(record.spec, name)
    return ", ".join(value) if isinstance(value, tuple) else str(value or words.DASH)


def _documents(record: RunRecord, other: RunRecord) -> str:
    """Return the names of a run's documents; how their hashes begin where names do not tell them from the other's."""
    held = record.spec.documents
    names = record.document_names or tuple(sha256[:8] for sha256 in held)
    if names == other.document_names and held != other.spec.documents:
        names = tuple(f"{name} ({sha256[:8]})" for name, sha256 in zip(names, held, strict=False))
    return ", ".join(names) or words.DASH


def parting(left: Trajectory, right: Trajectory) -> tuple[int, str] | None:
    """Return the number of the first turn in which the runs part ways, and how; None when they never do."""
    for number, (ours, theirs) in enumerate(zip(left.turns, right.turns, strict=False), 1):
        if _code(ours) != _code(theirs):
            return number, "the models wrote other code"
        if _output(ours) != _output(theirs):
            return number, "the same code printed something else"
        if _handed_in(ours) != _handed_in(theirs):
            return number, "the same code handed in another answer"
        if ours.reply.reply.strip() != theirs.reply.reply.strip():
            return number, "the models wrote other words around the same code"
    if len(left.turns) != len(right.turns):
        return min(len(left.turns), len(right.turns)) + 1, "one run had ended"
    return None


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far runs agree: shares from 0 to 1 of quotations and of claims, averaged over pairs, None with nothing to compare.

    `costs` are the least, the middle and the most money of a run in USD, None where nobody knows; `steady` are quotations
    that every run has, `loose` those of one run alone.
    """

    runs: int
    quotes: float | None
    claims: float | None
    costs: tuple[float, float, float] | None
    steady: tuple[str, ...]
    loose: tuple[str, ...]


def agreement(answers: Sequence[str], quoted: Sequence[Sequence[Citation]], costs: Sequence[float | None]) -> Agreement:
    """Return how far runs agree, given of each its answer, its quotations and its money."""
    keyed = [_by_words(citations) for citations in quoted]
    every = {key: each.quote for run in keyed for key, each in run.items()}
    held = {key: sum(key in run for run in keyed) for key in every}
    known = [cost for cost in costs if cost is not None]
    pairs = list(combinations(range(len(answers)), 2))
    claims = [_claims(answer) for answer in answers]
    return Agreement(
        len(answers),
        _average([_share(set(keyed[a]), set(keyed[b])) for a, b in pairs if keyed[a] or keyed[b]]),
        _average([_alike(claims[a], claims[b]) for a, b in pairs if claims[a] or claims[b]]),
        (min(known), median(known), max(known)) if known else None,
        tuple(every[key] for key, count in held.items() if count == len(keyed)),
        tuple(every[key] for key, count in held.items() if count == 1 and len(keyed) > 1),
    )


def same_order(left: RunRecord, right: RunRecord) -> bool:
    """Whether two runs were asked the same of the same documents, by the same models under the same limits."""
    ours, theirs = left.spec, right.spec
    return ours == theirs


def _by_words(citations: Sequence[Citation]) -> dict[str, Citation]:
    return {folded(citation.quote).strip("'"): citation for citation in citations}


def _claims(answer: str) -> list[frozenset[str]]:
    sentences = (re.findall(r"\w+", sentence.lower()) for sentence in _SENTENCE.split(answer))
    return [frozenset(found) for found in sentences if len(found) > 2]


def _alike(left: Sequence[frozenset[str]], right: Sequence[frozenset[str]]) -> float:
    """Return the share of all sentences that have one with mostly the same words, and the same numbers, on the other side."""
    hits = sum(any(_same_claim(one, other) for other in right) for one in left)
    hits += sum(any(_same_claim(one, other) for other in left) for one in right)
    return hits / (len(left) + len(right))


def _same_claim(one: frozenset[str], other: frozenset[str]) -> bool:
    numbers = {word for word in one ^ other if any(sign.isdigit() for sign in word)}
    return not numbers and _share(one, other) >= _ALIKE


def _share(one: frozenset[str] | set[str], other: frozenset[str] | set[str]) -> float:
    return len(one & other) / len(one | other)


def _average(shares: Sequence[float]) -> float | None:
    return mean(shares) if shares else None


def _code(turn: Turn) -> list[str]:
    return [cell.started.code.strip() for cell in turn.cells]


def _output(turn: Turn) -> list[str]:
    return [cell.finished.stdout if cell.finished else "" for cell in turn.cells]


def _handed_in(turn: Turn) -> list[str | None]:
    return [cell.finished.answer if cell.finished else None for cell in turn.cells]
