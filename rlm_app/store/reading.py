"""Reading the data file: each read has a cursor of its own and sees one moment of the data."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rlm_app.errors import StoreError
from rlm_app.store.opening import first_line

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_PATIENCE = 5.0


class Reader:
    """Gives cursors to readers, and lets go of the file only when none of them is at work."""

    def __init__(self, connection: DuckDBPyConnection) -> None:
        self._connection: DuckDBPyConnection | None = connection
        self._reading = 0
        self._changed = threading.Condition()

    @contextmanager
    def reading(self) -> Iterator[DuckDBPyConnection]:
        """Give a cursor inside a transaction of its own; raise `StoreError` for what goes wrong in it."""
        import duckdb

        connection = self._enter()
        try:
            with connection.cursor() as cursor:
                cursor.begin()
                yield cursor
                cursor.rollback()
        except duckdb.Error as error:
            raise StoreError(
                f"The data file could not be read: {first_line(str(error))} Start the app again."
            ) from error
        finally:
            self._leave()

    def close(self) -> None:
        """Refuse new readers, wait for those at work, and close the file; may be called twice."""
        # A daemon thread that the interpreter ends while it is inside DuckDB takes the process down with an abort.
        with self._changed:
            connection, self._connection = self._connection, None
            self._changed.wait_for(lambda: self._reading == 0, _PATIENCE)
        if connection is not None:
            connection.close()

    def _enter(self) -> DuckDBPyConnection:
        with self._changed:
            if self._connection is None:
                raise StoreError("The data file was closed, so it could not be read. Start the app again.")
            self._reading += 1
            return self._connection

    def _leave(self) -> None:
        with self._changed:
            self._reading -= 1
            self._changed.notify_all()


def texts_of(cursor: DuckDBPyConnection, names: Iterable[str]) -> dict[str, str]:
    """Return long texts by their SHA-256."""
    wanted = list(dict.fromkeys(names))
    if not wanted:
        return {}
    query = "SELECT sha256, text FROM texts WHERE sha256 IN (SELECT unnest(?))"
    return dict(cursor.execute(query, [wanted]).fetchall())
