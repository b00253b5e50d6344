"""What can be queued for writing, and how a batch of it is carried out inside an open transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rlm_app.events import Event
from rlm_app.store.rows import event_row

if TYPE_CHECKING:
    from duckdb import Appender, DuckDBPyConnection

FEW = 8


@dataclass(frozen=True, eq=False)
class Job:
    """Something to write: a statement to carry out, then a row for a table, with the long texts it refers to.

    An `event` becomes a row only when it is written, so that who emits it need not wait for that. `done` is given by
    callers who wait; it ends when the job is committed or has failed.
    """

    table: str = ""
    row: Sequence[Any] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    statement: Callable[[DuckDBPyConnection], Any] | None = None
    done: Future[Any] | None = None
    event: Event | None = None

    @property
    def run_id(self) -> str:
        """The run of which this is an event or a row of the journal, "" for anything else."""
        if self.event:
            return self.event.run_id
        return str(self.row[0]) if self.table == "journal" else ""


class Appenders:
    """The appenders of one connection, each made once: to make one costs as much as to append a batch with it."""

    def __init__(self, connection: DuckDBPyConnection) -> None:
        self.connection = connection
        self._open: dict[str, Appender] = {}

    def append(self, table: str, rows: Sequence[Sequence[Any]]) -> None:
        """Append rows to a table within the open transaction."""
        if table not in self._open:
            self._open[table] = self.connection.appender(table)
        try:
            self._open[table].append_rows(rows)
            self._open[table].flush()
        except BaseException:  # rows half appended must not go with the next batch
            self._open.pop(table).clear()
            raise

    def close(self) -> None:
        """Let go of them; their connection cannot be closed before."""
        self._open.clear()


def apply(appenders: Appenders, batch: Iterable[Job]) -> list[Any]:
    """Write the jobs in order, rows of a table together; return what each job's statement returned."""
    rows: dict[str, list[Sequence[Any]]] = {}
    texts: dict[str, str] = {}
    results: list[Any] = []
    for job in batch:
        if job.statement:
            _append(appenders, rows, texts)
        results.append(job.statement(appenders.connection) if job.statement else None)
        table, row, named = ("events", *event_row(job.event)) if job.event else (job.table, job.row, job.texts)
        texts.update(named)
        if table:
            rows.setdefault(table, []).append(row)
    _append(appenders, rows, texts)
    return results


def _append(appenders: Appenders, rows: dict[str, list[Sequence[Any]]], texts: dict[str, str]) -> None:
    """Append what was gathered and empty both."""
    if texts:
        rows.setdefault("texts", []).extend(_new_texts(appenders.connection, texts))
    for table, values in rows.items():
        if values:
            appenders.append(table, values)
    rows.clear()
    texts.clear()


def _new_texts(connection: DuckDBPyConnection, texts: Mapping[str, str]) -> list[Sequence[Any]]:
    # A few names by a list of marks take a sixth of the time of a join with a list, many names several times as long.
    few = len(texts) <= FEW
    among = ", ".join("?" * len(texts)) if few else "SELECT unnest(?)"
    query = f"SELECT sha256 FROM texts WHERE sha256 IN ({among})"  # noqa: S608 - marks only
    known = {name for (name,) in connection.execute(query, list(texts) if few else [list(texts)]).fetchall()}
    return [(name, len(text), text) for name, text in texts.items() if name not in known]
