"""Taking everything of one owner out of the data file at once: nothing of it can be found or brought back afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rlm_app.store.sweep import delete_run, sweep

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_RUNS = "SELECT id FROM runs WHERE owner = ?"
_LISTED = "DELETE FROM documents WHERE owner = ? RETURNING text_sha256"
_REST = ("grid_cells", "grids", "preferences", "shares")


def forget(connection: DuckDBPyConnection, owner: str) -> None:
    """Remove an owner's runs, documents, grids, links and settings, and the texts that nobody else refers to."""
    for (run_id,) in connection.execute(_RUNS, [owner]).fetchall():
        delete_run(connection, run_id, owner)
    sweep(connection, [name for (name,) in connection.execute(_LISTED, [owner]).fetchall()])
    for table in _REST:
        connection.execute(f"DELETE FROM {table} WHERE owner = ?", [owner])  # noqa: S608 - names of our own
