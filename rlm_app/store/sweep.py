"""Taking away what nobody refers to any more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_ORPHANS = """
    DELETE FROM texts WHERE sha256 IN (SELECT unnest(?))
    AND sha256 NOT IN (SELECT text_sha256 FROM documents)
    AND sha256 NOT IN (SELECT unnest(texts) FROM events)
    AND sha256 NOT IN (SELECT unnest(texts) FROM journal)
    RETURNING size
"""
_NAMES = """
    SELECT unnest(texts) FROM events WHERE run_id = $1 UNION SELECT unnest(texts) FROM journal WHERE run_id = $1
"""
# Below this many characters a rewrite is not worth its time.
_WORTH_IT = 1_000_000


def sweep(connection: DuckDBPyConnection, names: Sequence[str]) -> None:
    """Remove those of the named texts that nothing refers to, and give their room in the file back if it is a lot."""
    if not names:
        return
    gone = sum(size for (size,) in connection.execute(_ORPHANS, [list(names)]).fetchall())
    row = connection.execute("SELECT coalesce(sum(size), 0) FROM texts").fetchone()
    if gone >= max(_WORTH_IT, (row[0] if row else 0) // 4):
        _rewrite(connection)


def delete_run(connection: DuckDBPyConnection, run_id: str, owner: str) -> None:
    """Remove a run of this owner with its events, its journal, its links and the texts that only it refers to."""
    found = connection.execute("DELETE FROM runs WHERE id = ? AND owner = ? RETURNING id", [run_id, owner]).fetchall()
    if not found:
        return
    names = [name for (name,) in connection.execute(_NAMES, [run_id]).fetchall()]
    connection.execute("DELETE FROM events WHERE run_id = ?", [run_id])
    connection.execute("DELETE FROM journal WHERE run_id = ?", [run_id])
    connection.execute("DELETE FROM shares WHERE run_id = ?", [run_id])
    sweep(connection, names)


def _rewrite(connection: DuckDBPyConnection) -> None:
    """Write the texts anew: DuckDB keeps deleted rows in the file until a whole group of 122,880 rows is gone."""
    connection.execute("CREATE TEMP TABLE kept AS SELECT * FROM texts")
    connection.execute("DELETE FROM texts")
    connection.execute("INSERT INTO texts SELECT * FROM kept")
    connection.execute("DROP TABLE kept")
