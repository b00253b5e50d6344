"""The table of runs: what there is to say of each run, its events aside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rlm_app.errors import StoreError
from rlm_app.records import RunRecord
from rlm_app.store.batch import Job
from rlm_app.store.rows import RUN_COLUMNS, run_of, run_values
from rlm_app.types import RunState, Stop

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_RUN = f"SELECT {', '.join(RUN_COLUMNS)} FROM runs"  # noqa: S608 - column names of our own
# Paused, or not at work between its end and being resumed. As text: a body that is no JSON for SQL would end the whole change.
_STOOD = r"""coalesce(sum(try_cast(regexp_extract(body, '"seconds":([0-9.e+-]+)', 1) AS DOUBLE))
        FILTER (WHERE kind = 'Noticed'), 0)"""
_INTERRUPT = f"""
    UPDATE runs SET state = '{RunState.INTERRUPTED}', stop = '{Stop.INTERRUPTED}',
        finished = coalesce((SELECT max(moment) FROM events WHERE run_id = id), created),
        seconds = coalesce((SELECT greatest(0, max(moment) - min(moment) - {_STOOD}) FROM events WHERE run_id = id), 0)
    WHERE boot <> ? AND list_contains(?, state) RETURNING {", ".join(RUN_COLUMNS)}
"""  # noqa: S608 - words and column names of our own


def add(cursor: DuckDBPyConnection, record: RunRecord) -> Job:
    """Return the job that keeps a new run; raise `StoreError` for an id that is there, whoever's it is."""
    if cursor.execute("SELECT 1 FROM runs WHERE id = ?", [record.id]).fetchone():
        raise StoreError("A run of this id is there already, so this one was not kept. Start it again.")
    return kept(record)


def kept(record: RunRecord) -> Job:
    """Return the job that keeps a run of which none of its id is there."""
    return Job("runs", list(run_values({name: getattr(record, name) for name in RUN_COLUMNS}).values()))


def change(run_id: str, changes: Mapping[str, Any]) -> Job:
    """Return the job that changes columns of a run, if it is still there."""
    values = run_values(changes)
    query = f"UPDATE runs SET {', '.join(f'{name} = ?' for name in values)} WHERE id = ?"  # noqa: S608 - known names
    return Job(statement=lambda connection: connection.execute(query, [*values.values(), run_id]).fetchall())


def interrupt_others(boot: str) -> Job:
    """Return the job that marks live runs of other processes as interrupted, and gives them as they then are."""
    live = [str(state) for state in RunState if state.is_live]

    def interrupt(connection: DuckDBPyConnection) -> list[RunRecord]:
        return [run_of(row) for row in connection.execute(_INTERRUPT, [boot, live]).fetchall()]

    return Job(statement=interrupt)


def read(cursor: DuckDBPyConnection, run_id: str, owner: str) -> RunRecord | None:
    """Return the run, or None if there is none of that id for this owner."""
    row = cursor.execute(f"{_RUN} WHERE id = ? AND owner = ?", [run_id, owner]).fetchone()
    return run_of(row) if row else None


def read_newest(cursor: DuckDBPyConnection, owner: str, limit: int) -> list[RunRecord]:
    """Return the newest runs first."""
    query = f"{_RUN} WHERE owner = ? ORDER BY created DESC, id LIMIT ?"
    return [run_of(row) for row in cursor.execute(query, [owner, limit]).fetchall()]
