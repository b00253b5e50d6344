"""Reading the data file: each read has a cursor of its own and sees one moment of the data."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from rlm_app.errors import StoreError
from rlm_app.store.opening import first_line
from rlm_app.store.salvage import is_damage

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_PATIENCE = 5.0


class Reader:
    """Gives cursors to readers, and lets go of the file only when none of them is at work."""

    def __init__(self, connection: DuckDBPyConnection, suspicion: Path | None = None) -> None:
        """Let `suspicion` name the mark that is left when the file is found to be damaged."""
        self._connection: DuckDBPyConnection | None = connection
        self._suspicion = suspicion
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
            raise StoreError(self._sentence(str(error))) from error
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

    def _sentence(self, reason: str) -> str:
        if self._suspicion is None or not is_damage(reason):
            return f"The data file could not be read: {first_line(reason)} Start the app again."
        with suppress(OSError):  # where even this cannot be written, the next start finds out when it reads
            self._suspicion.touch()
        return (
            f"A part of the data file is damaged: {first_line(reason)} What else it holds can be read and exported. Start the "
            "app again: it puts the damaged file aside and saves what can be read into a new one."
        )

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
