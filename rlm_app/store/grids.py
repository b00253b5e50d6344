"""Grids and their cells in the data file."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from rlm_app.grids import Grid, GridCell, Place
from rlm_app.records import RunRecord
from rlm_app.store.batch import Job
from rlm_app.store.codec import pack, unpack
from rlm_app.store.reading import Reader
from rlm_app.store.rows import RUN_COLUMNS, run_of
from rlm_app.store.texts import storable, storable_json
from rlm_app.store.writer import Writer

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

DAY = 86_400.0
_GRIDS = "SELECT plan FROM grids WHERE owner = ? AND removed IS NULL"
_CELLS = "SELECT row_id, column_id, run_id, edited, edited_at, problem FROM grid_cells WHERE grid_id = ? AND owner = ?"
_RUNS = f"""
    SELECT {", ".join(RUN_COLUMNS)} FROM runs
    WHERE owner = $2 AND id IN (SELECT run_id FROM grid_cells WHERE grid_id = $1 AND owner = $2)
"""  # noqa: S608 - column names of our own
_HERE = "grid_id = ? AND owner = ? AND row_id = ? AND column_id = ?"
_NEW = "INSERT INTO grid_cells VALUES (?, ?, ?, ?, '', NULL, 0, '')"


class DuckDBGrids:
    """A `GridStore` on the writer and the reader of a data file; raises `StoreError` with a sentence."""

    def __init__(self, writer: Writer, reader: Reader) -> None:
        self._writer = writer
        self._reader = reader

    def keep_grid(self, grid: Grid) -> None:
        """Keep a grid in place of an earlier one of its id."""
        plan = storable_json(pack(grid))
        row = [grid.id, grid.owner, storable(grid.name), plan, grid.created]

        def keep(connection: DuckDBPyConnection) -> None:
            connection.execute("DELETE FROM grids WHERE id = ? AND owner = ?", [grid.id, grid.owner])
            connection.execute("INSERT INTO grids VALUES (?, ?, ?, ?, ?, NULL)", row)

        self._do(keep)

    def grid(self, grid_id: str, owner: str) -> Grid | None:
        """Return a grid, None if this owner has none of that id."""
        found = [_grid_of(row) for row in self._rows(f"{_GRIDS} AND id = ?", [owner, grid_id])]
        return found[0] if found else None

    def grids(self, owner: str) -> list[Grid]:
        """Return the owner's grids, newest first."""
        return [_grid_of(row) for row in self._rows(f"{_GRIDS} ORDER BY created DESC, id", [owner])]

    def remove_grid(self, grid_id: str, owner: str, at: float) -> None:
        """Take a grid off the list, and forget those that were taken off more than a day ago. Their runs stay."""

        def remove(connection: DuckDBPyConnection) -> None:
            connection.execute("UPDATE grids SET removed = ? WHERE id = ? AND owner = ?", [at, grid_id, owner])
            connection.execute("DELETE FROM grids WHERE removed < ?", [at - DAY])
            connection.execute("DELETE FROM grid_cells WHERE grid_id NOT IN (SELECT id FROM grids)")

        self._do(remove)

    def restore_grid(self, grid_id: str, owner: str) -> None:
        """Bring back a grid that was removed."""
        query = "UPDATE grids SET removed = NULL WHERE id = ? AND owner = ?"
        self._do(lambda connection: connection.execute(query, [grid_id, owner]))

    def cells(self, grid_id: str, owner: str) -> list[GridCell]:
        """Return what is kept of the grid's cells, in no order."""
        return [GridCell(*row) for row in self._rows(_CELLS, [grid_id, owner])]

    def runs_of(self, grid_id: str, owner: str) -> list[RunRecord]:
        """Return the runs that the grid's cells point to."""
        return [run_of(row) for row in self._rows(_RUNS, [grid_id, owner])]

    def claim(self, place: Place, run_id: str) -> None:
        """Let a cell point to the run that is about to begin."""
        self._set(place, "run_id = ?, problem = ''", [run_id])

    def edit(self, place: Place, text: str | None, at: float) -> None:
        """Keep what a person wrote into a cell; None takes it away."""
        self._set(place, "edited = ?, edited_at = ?", [text if text is None else storable(text), at])

    def trouble(self, place: Place, problem: str) -> None:
        """Keep why a cell could not be run."""
        self._set(place, "problem = ?", [storable(problem)])

    def _set(self, place: Place, what: str, values: Sequence[Any]) -> None:
        here = [place.grid_id, place.owner, place.row, place.column]

        def change(connection: DuckDBPyConnection) -> None:
            query = f"SELECT 1 FROM grid_cells WHERE {_HERE}"  # noqa: S608 - a condition of our own
            if connection.execute(query, here).fetchone() is None:
                connection.execute(_NEW, here)
            connection.execute(f"UPDATE grid_cells SET {what} WHERE {_HERE}", [*values, *here])  # noqa: S608 - the same

        self._do(change)

    def _do(self, statement: Callable[[DuckDBPyConnection], Any]) -> None:
        self._writer.wait(Job(statement=statement))

    def _rows(self, query: str, values: Sequence[Any]) -> list[Any]:
        with self._reader.reading() as cursor:
            return cursor.execute(query, values).fetchall()


def _grid_of(row: Sequence[Any]) -> Grid:
    grid: Grid = unpack(Grid, json.loads(row[0]))
    return grid
