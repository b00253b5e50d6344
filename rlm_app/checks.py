"""What is refused before a run starts or a file is kept, each with a sentence."""

from __future__ import annotations

import dataclasses
import math
import unicodedata
from collections.abc import Sequence
from pathlib import PurePath

from rlm_app.errors import ConfigError
from rlm_app.records import RunSpec
from rlm_app.types import DocumentInfo, Limits

LONGEST_QUESTION = 20_000
"""Characters of a question; what is longer belongs in a document."""

LONGEST_NAME = 200

_WITHOUT_TEXT = frozenset({"scanned", "broken", "empty"})
_LEAST = {
    "iterations": 1,
    "cell_seconds": 0.1,
    "errors": 1,
    "concurrency": 1,
    "output_chars": 100,
    "depth": 0,
    "subcalls": 0,
}

_MOST = {"iterations": 1_000, "depth": 6, "concurrency": 256, "output_chars": 200_000, "cell_seconds": 3_600}

_WHOLE = frozenset({"iterations", "tokens", "subcalls", "errors", "concurrency", "output_chars", "depth"})
_ALWAYS = frozenset({"iterations", "cell_seconds", "concurrency", "output_chars", "depth"})
"""Limits that every run has; the others may be None."""


def check_order(spec: RunSpec, documents: Sequence[DocumentInfo]) -> None:
    """Raise `ConfigError` for an order that cannot give an answer."""
    if not spec.question.strip():
        raise ConfigError("There is no question yet: write what you want to know.")
    if len(spec.question) > LONGEST_QUESTION:
        raise ConfigError(
            f"The question has {len(spec.question):,} characters; {LONGEST_QUESTION:,} are the most. It is sent with every "
            "turn, so put what is long into a document and ask about that."
        )
    if not documents:
        raise ConfigError("There is no document yet: choose one or add a file.")
    if not any(_has_text(document) for document in documents):
        names = ", ".join(document.name for document in documents)
        raise ConfigError(f"There is no text in {names}, so there is nothing to search. Choose a document with text.")
    check_limits(spec.limits)


def _has_text(document: DocumentInfo) -> bool:
    if not document.pages:
        return document.characters > 0
    return any(page.kind not in _WITHOUT_TEXT and page.end > page.start for page in document.pages)


def check_limits(limits: Limits) -> None:
    """Raise `ConfigError` for a limit that is no number, or below what makes sense."""
    for name, value in dataclasses.asdict(limits).items():
        if value is None and name not in _ALWAYS:
            continue
        _check_number(name, value)
        if name in _LEAST and value < _LEAST[name]:
            raise ConfigError(f"The limit {name} is {value:g}; it has to be at least {_LEAST[name]:g}.")
        if name not in _LEAST and value <= 0:
            raise ConfigError(f"The limit {name} is {value:g}; it has to be more than 0.")


def check_most(limits: Limits) -> None:
    """Raise `ConfigError` for a limit beyond what a page offers, as a visitor's own program may send it to a shared app."""
    for name, most in _MOST.items():
        if getattr(limits, name) > most:
            raise ConfigError(f"The limit {name} is {getattr(limits, name):g}; this app takes {most:,} at most.")


def _check_number(name: str, value: object) -> None:
    """Raise `ConfigError` for what compares with nothing, as not-a-number does: such a limit would hold nothing back."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise ConfigError(f"The limit {name} is {value!r}; it has to be a number.")
    if name in _WHOLE and not isinstance(value, int):
        raise ConfigError(f"The limit {name} is {value!r}; it has to be a whole number.")


def plain_name(name: str) -> str:
    """Return a file name as it may be shown: on one line, without invisible or direction-changing characters, not endless."""
    shown = "".join(" " if char.isspace() else char for char in name)
    shown = "".join(char for char in shown if unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co"}).strip()
    if len(shown) > LONGEST_NAME:
        suffix = PurePath(shown).suffix[:20]
        shown = f"{shown[: LONGEST_NAME - len(suffix) - 1]}…{suffix}"
    return shown or "document"
