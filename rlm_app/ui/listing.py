"""Searching and filtering the list of runs; pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rlm_app.records import RunRecord
from rlm_app.ui import states


def matching(records: Iterable[RunRecord], search: str, wanted: Sequence[str]) -> list[RunRecord]:
    """Return the runs that hold every word searched for and are in one of the wanted states, if any are named."""
    terms = search.casefold().split()
    return [record for record in records if _holds(record, terms) and (not wanted or _word(record) in wanted)]


def states_of(records: Iterable[RunRecord]) -> list[str]:
    """Return the words of the states there are, each once."""
    return list(dict.fromkeys(_word(record) for record in records))


def _holds(record: RunRecord, terms: Sequence[str]) -> bool:
    text = " ".join((record.spec.question, record.answer, *record.document_names)).casefold()
    return all(term in text for term in terms)


def _word(record: RunRecord) -> str:
    return states.look_of(record).word
