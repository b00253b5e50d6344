"""What a backup needs of the data file beside the ways of every day: whole journals, and a run taken in as it was kept."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from rlm_app.events import Event
from rlm_app.records import JournalRow, RunRecord
from rlm_app.store import runs
from rlm_app.store.batch import Appenders, Job, apply
from rlm_app.store.reading import texts_of
from rlm_app.store.texts import decode, encode

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_JOURNAL = """
    SELECT call_key, occurrence, state, call_id, moment, completion, texts FROM journal
    WHERE run_id = $1 AND EXISTS (SELECT 1 FROM runs WHERE id = $1 AND owner = $2) ORDER BY moment
"""
_PREFERENCES = "SELECT name, value FROM preferences WHERE owner = ? ORDER BY name"
_TAKEN = "SELECT owner FROM runs WHERE id = ?"


def journal(cursor: DuckDBPyConnection, run_id: str, owner: str) -> list[JournalRow]:
    """Return what is kept of the calls of an owner's run, in the order in which it was written."""
    rows = cursor.execute(_JOURNAL, [run_id, owner]).fetchall()
    texts = texts_of(cursor, (name for row in rows for name in row[6]))
    return [
        JournalRow(key, occurrence, state, call_id, moment, decode(body, texts))
        for key, occurrence, state, call_id, moment, body, _ in rows
    ]


def preferences(cursor: DuckDBPyConnection, owner: str) -> dict[str, Any]:
    """Return all that this owner has set, by name."""
    return {name: json.loads(value) for name, value in cursor.execute(_PREFERENCES, [owner]).fetchall()}


def take_in(record: RunRecord, events: Sequence[Event], rows: Iterable[JournalRow]) -> Job:
    """Return the job that keeps a whole run at once, unless a run of its id is there; it tells whose that is, else None."""
    jobs = [runs.kept(record), *(Job(event=event) for event in events), *(_row(record.id, row) for row in rows)]

    def keep(connection: DuckDBPyConnection) -> str | None:
        taken = connection.execute(_TAKEN, [record.id]).fetchone()
        if taken is None:
            appenders = Appenders(connection)
            apply(appenders, jobs)
            appenders.close()
        return str(taken[0]) if taken else None

    return Job(statement=keep)


def _row(run_id: str, row: JournalRow) -> Job:
    body, texts = encode(row.value) if row.value is not None else ("null", {})
    values = (run_id, row.key, row.occurrence, row.state, row.call_id, row.moment, body, [*texts])
    return Job("journal", values, texts)
