"""Batches of jobs as transactions on one connection: all of a batch is kept, or nothing of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from rlm_app.store.batch import Appenders, Job, apply

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


class Transactions:
    """Carries batches out for one thread; `lost` is told the reason when one that failed cannot be taken back either."""

    def __init__(self, connection: DuckDBPyConnection, lost: Callable[[str], object]) -> None:
        self._connection = connection
        self._appenders = Appenders(connection)
        self._lost = lost

    def carry_out(self, batch: Sequence[Job]) -> list[Any]:
        """Commit a batch and return what each job's statement returned; raise what went wrong, with nothing changed."""
        self._connection.begin()
        try:
            results = apply(self._appenders, batch)
            self._connection.commit()
        except BaseException:
            self._roll_back()
            raise
        return results

    def close(self) -> None:
        """Let go of the connection."""
        self._appenders.close()
        self._connection.close()
        del self._appenders, self._connection

    def _roll_back(self) -> None:
        import duckdb

        try:
            self._connection.rollback()
        except duckdb.Error as error:
            if "no transaction is active" not in str(error):  # a commit that found no room has rolled back already
                self._lost(str(error))
