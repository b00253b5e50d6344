"""The table of events: what happened in each run, with the long texts that were put apart from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from rlm_app.events import Event
from rlm_app.store.batch import Job
from rlm_app.store.rows import events_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_OF_OWNER = "run_id = $1 AND seq > $3 AND EXISTS (SELECT 1 FROM runs WHERE id = $1 AND owner = $2)"
_EVENTS = f"""
    SELECT seq, kind, moment, call_id, parent_id, depth, body FROM events WHERE {_OF_OWNER} ORDER BY seq
"""  # noqa: S608 - a condition of our own
_TEXTS = f"""
    SELECT sha256, text FROM texts WHERE sha256 IN (SELECT unnest(texts) FROM events WHERE {_OF_OWNER})
"""  # noqa: S608 - a condition of our own


def read(cursor: DuckDBPyConnection, run_id: str, owner: str, after: int) -> list[Event]:
    """Return the events of an owner's run with `seq` > after, in order."""
    rows = cursor.execute(_EVENTS, [run_id, owner, after]).fetchall()
    texts = dict(cursor.execute(_TEXTS, [run_id, owner, after]).fetchall())
    return events_of(run_id, rows, texts)


def noting(last: dict[str, int]) -> Callable[[Sequence[Job]], None]:
    """Return what notes in `last`, of jobs that were committed, the number of each run's last event."""

    def committed(jobs: Sequence[Job]) -> None:
        for job in jobs:
            if job.event:
                last[job.event.run_id] = job.event.seq

    return committed
