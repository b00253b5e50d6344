"""Reading the data file: each read has a cursor of its own and sees one moment of the data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rlm_app.errors import StoreError
from rlm_app.store.opening import first_line

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@contextmanager
def reading(connection: DuckDBPyConnection) -> Iterator[DuckDBPyConnection]:
    """Give a cursor inside a transaction of its own; raise `StoreError` for what goes wrong in it."""
    import duckdb

    try:
        with connection.cursor() as cursor:
            cursor.begin()
            yield cursor
            cursor.rollback()
    except duckdb.Error as error:
        raise StoreError(f"The data file could not be read: {first_line(str(error))} Start the app again.") from error


def texts_of(cursor: DuckDBPyConnection, names: Iterable[str]) -> dict[str, str]:
    """Return long texts by their SHA-256."""
    wanted = list(dict.fromkeys(names))
    if not wanted:
        return {}
    query = "SELECT sha256, text FROM texts WHERE sha256 IN (SELECT unnest(?))"
    return dict(cursor.execute(query, [wanted]).fetchall())
