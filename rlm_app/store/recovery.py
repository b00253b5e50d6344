"""Takes replies that a process left in safekeeping into the data file, before anything else is done with it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rlm_app.errors import StoreError
from rlm_app.store.batch import Appenders, Job, apply
from rlm_app.store.opening import first_line
from rlm_app.store.safekeeping import Safekeeping, discard, left_behind

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_KNOWN = "SELECT run_id, call_key, occurrence FROM journal WHERE state = 'finished' AND list_contains(?, run_id)"
_RUNS = "SELECT id FROM runs WHERE list_contains(?, id)"


def kept_safe(connection: DuckDBPyConnection, data_file: Path) -> Safekeeping:
    """Take in what the last process left, and return where this one keeps its replies; a connection that fails is closed."""
    try:
        _recover(connection, data_file)
    except BaseException:
        connection.close()
        raise
    return Safekeeping(data_file)


def _recover(connection: DuckDBPyConnection, data_file: Path) -> None:
    """Keep what the last process had no time to; raise `StoreError`, and leave it for the next time, if that fails."""
    import duckdb

    jobs = left_behind(data_file)
    try:
        if jobs:
            connection.begin()
            apply(Appenders(connection), _missing(connection, jobs))
            connection.commit()
    except duckdb.Error as error:
        raise StoreError(
            f"{len(jobs):,} replies that the last process saved beside {data_file} could not be taken in: "
            f"{first_line(str(error))} Nothing is lost; check the disk, then start the app again."
        ) from error
    discard(data_file)


def _missing(connection: DuckDBPyConnection, jobs: Sequence[Job]) -> list[Job]:
    """Return those that the data file does not have, of runs that have not been deleted."""
    named = list({job.row[0] for job in jobs})
    runs = {run for (run,) in connection.execute(_RUNS, [named]).fetchall()}
    known = set(connection.execute(_KNOWN, [named]).fetchall())
    return [job for job in jobs if job.row[0] in runs and tuple(job.row[:3]) not in known]
