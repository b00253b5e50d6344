"""What people have used of each day, in the data file: it outlives the runs, so that deleting one gives nothing back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rlm_app.quotas import DAY, Attempt
from rlm_app.store.batch import Job
from rlm_app.store.reading import Reader
from rlm_app.store.texts import readable
from rlm_app.store.writer import Writer

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_WEEK = 7 * DAY
_COLUMNS = "run_id, owner, began, held, cost"
_SINCE = f"SELECT {_COLUMNS} FROM ledger WHERE began >= ? ORDER BY began"  # noqa: S608 - column names of our own
_ONE = "run_id = ? AND owner = ? AND began = ?"
_END = f"UPDATE ledger SET cost = ? WHERE {_ONE}"  # noqa: S608 - a condition of our own
_HERE = "SELECT 1 FROM runs WHERE id = ? AND owner = ?"
_PAID = f"""
    SELECT coalesce(sum(CAST({readable("completion")} ->> '$.usage.cost' AS DOUBLE)), 0) FROM journal
    WHERE run_id = ? AND state = 'finished' AND moment >= ?
"""  # noqa: S608 - a column name of our own


class DuckDBLedger:
    """A `Ledger` on the writer and the reader of a data file; raises `StoreError` with a sentence."""

    def __init__(self, writer: Writer, reader: Reader) -> None:
        self._writer = writer
        self._reader = reader

    def begin(self, attempt: Attempt) -> None:
        """Keep a new attempt."""
        row = (attempt.run_id, attempt.owner, attempt.began, attempt.held, attempt.cost)
        self._writer.wait(Job("ledger", row))

    def end(self, attempt: Attempt, cost: float) -> None:
        """Keep what an attempt has cost in the end, in USD."""
        self._do(_END, cost, attempt.run_id, attempt.owner, attempt.began)

    def since(self, moment: float) -> list[Attempt]:
        """Return the attempts that began at `moment` or later, and forget those that did a week before it."""
        self._do("DELETE FROM ledger WHERE began < ?", moment - _WEEK)
        with self._reader.reading() as cursor:
            return [Attempt(*row) for row in cursor.execute(_SINCE, [moment]).fetchall()]

    def paid(self, attempt: Attempt) -> float | None:
        """Return what the replies cost that were kept of an attempt, None where its run is no longer here."""
        with self._reader.reading() as cursor:
            if not cursor.execute(_HERE, [attempt.run_id, attempt.owner]).fetchone():
                return None
            row = cursor.execute(_PAID, [attempt.run_id, attempt.began]).fetchone()
        return max(float(row[0]), 0.0) if row else 0.0

    def _do(self, query: str, *values: Any) -> None:
        def work(connection: DuckDBPyConnection) -> None:
            connection.execute(query, values)

        self._writer.wait(Job(statement=work))
