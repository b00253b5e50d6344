"""Grids as pages and commands use them: laid out, changed, edited, run, stopped."""

from __future__ import annotations

import dataclasses
import functools
import threading
import time
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from rlm_app.cancel import CancelToken
from rlm_app.citations import Citation
from rlm_app.errors import ConfigError
from rlm_app.grids import Grid, GridColumn, GridRow, GridStore, GridView, Place, Square
from rlm_app.quota_checks import QuotaReached
from rlm_app.records import RunSpec
from rlm_app.runs.grid_cells import goes_on, order_of, view
from rlm_app.runs.grid_work import GridWork
from rlm_app.runs.manager import RunManager

Check = Callable[[RunSpec, str, Mapping[str, str]], None]
AT_ONCE = 5
"""Grids of one owner that are at work; each has threads that wait for their turn."""

_MOMENT = 0.5


class Grids:
    """All grids of an app.

    `check` raises `ConfigError` for an order that cannot start, `ready` for one whose key or environment is missing.
    At most `parallel` cells of a grid are run at once; `finders` are the backends whose answers conclude nothing.
    """

    def __init__(
        self,
        store: GridStore,
        manager: RunManager,
        check: Check,
        ready: Check,
        parallel: int,
        finders: Collection[str] = (),
    ) -> None:
        self._store = store
        self._manager = manager
        self._check = check
        self._ready = ready
        self._parallel = parallel
        self._finders = finders
        self._lock = threading.Lock()
        self._works: dict[tuple[str, str], GridWork] = {}  # by owner too: a backup can bring along another's id

    def all(self, owner: str) -> list[Grid]:
        """Return the owner's grids, newest first."""
        return self._store.grids(owner)

    def create(self, owner: str, name: str, order: RunSpec) -> Grid:
        """Keep a new grid without rows and columns, whose cells are run as `order` says."""
        order = dataclasses.replace(order, question="", documents=(), parent="", until=None)
        grid = Grid(uuid.uuid4().hex, owner, name.strip() or "Grid", order, created=time.time())
        self._store.keep_grid(grid)
        return grid

    def get(self, grid_id: str, owner: str) -> Grid:
        """Return a grid; raise `ConfigError` when this owner has none of that id."""
        grid = self._store.grid(grid_id, owner)
        if grid is None:
            raise ConfigError("This grid does not exist, or it was deleted.")
        return grid

    def view(self, grid_id: str, owner: str) -> GridView:
        """Return a grid with each cell as it stands now."""
        work = self._works.get((owner, grid_id))
        return self._seen(grid_id, owner, work.waiting if work else ())

    def add_rows(self, grid_id: str, owner: str, documents: Iterable[tuple[str, str]]) -> Grid:
        """Add documents, each by SHA-256 and name, that the grid does not have yet."""

        def change(grid: Grid) -> Grid:
            known = {row.sha256 for row in grid.rows}
            new = [
                GridRow(_short_id(), sha256, name) for sha256, name in dict(documents).items() if sha256 not in known
            ]
            return dataclasses.replace(grid, rows=(*grid.rows, *new))

        return self._change(grid_id, owner, change)

    def add_columns(self, grid_id: str, owner: str, questions: Iterable[str]) -> Grid:
        """Add questions that the grid does not have yet."""

        def change(grid: Grid) -> Grid:
            known = {column.question for column in grid.columns}
            asked = dict.fromkeys(question.strip() for question in questions)
            new = [GridColumn(_short_id(), question) for question in asked if question and question not in known]
            return dataclasses.replace(grid, columns=(*grid.columns, *new))

        return self._change(grid_id, owner, change)

    def lay_out(
        self,
        grid_id: str,
        owner: str,
        rows: Sequence[GridRow] | None = None,
        columns: Sequence[GridColumn] | None = None,
    ) -> Grid:
        """Put other rows or columns in the place of the grid's; those that keep their id keep their cells."""
        return self._change(
            grid_id,
            owner,
            lambda grid: dataclasses.replace(
                grid,
                rows=grid.rows if rows is None else tuple(rows),
                columns=grid.columns if columns is None else tuple(columns),
            ),
        )

    def change_order(self, grid_id: str, owner: str, order: RunSpec) -> Grid:
        """Let cells be run by another order from now on; those that were run otherwise are out of date then."""
        order = dataclasses.replace(order, question="", documents=(), parent="", until=None)
        return self._change(grid_id, owner, lambda grid: dataclasses.replace(grid, order=order))

    def edit(self, place: Place, text: str | None) -> None:
        """Keep what a person wrote into a cell, which locks it; None unlocks it and brings back what its run said.

        Raises `ConfigError` when the cell's owner has no such grid.
        """
        self.get(place.grid_id, place.owner)
        self._store.edit(place, text, time.time())

    def remove(self, grid_id: str, owner: str) -> None:
        """Stop a grid and take it off the list; it can be brought back for a day. Its runs stay."""
        self.stop(grid_id, owner)
        self._store.remove_grid(grid_id, owner, time.time())

    def restore(self, grid_id: str, owner: str) -> None:
        """Bring back a grid that was removed."""
        self._store.restore_grid(grid_id, owner)

    def citations(self, seen: GridView) -> dict[str, list[Citation]]:
        """Return the quotations of the answers in a grid, by the id of their run."""
        records = [square.record for square in seen.squares if square.record and not square.record.state.is_live]
        return {record.id: self._manager.trajectory(record.id, record.owner).citations for record in records}

    def run(self, grid_id: str, owner: str, keys: Mapping[str, str], only: Sequence[Place] | None = None) -> GridWork:
        """Begin to run the cells that are due, or those `only` of them, and return the work.

        Raises `ConfigError` when the grid is at work already, no cell is due, or its settings let none start.
        """
        seen = self.view(grid_id, owner)
        self._refuse_second(grid_id, owner)
        places = [square.place for square in seen.due if only is None or square.place in only]
        if not places:
            raise ConfigError(
                "No cell of this grid is empty, interrupted, failed or out of date: there is nothing to run."
            )
        self._ready(seen.grid.order, owner, keys)
        with self._lock:
            self._refuse_second(grid_id, owner)
            work = GridWork(places, lambda place, cancel: self._carry_out(place, keys, cancel), self._parallel)
            self._works[owner, grid_id] = work
            work.begin()
        return work

    def work(self, grid_id: str, owner: str) -> GridWork | None:
        """Return the work on the owner's grid that is under way, or the last one in this process."""
        return self._works.get((owner, grid_id)) if self._store.grid(grid_id, owner) else None

    def stop(self, grid_id: str, owner: str) -> None:
        """Begin no further cell of the owner's grid, and stop those under way."""
        self.get(grid_id, owner)
        if work := self._works.get((owner, grid_id)):
            work.stop()

    def close(self) -> None:
        """Stop all work."""
        for work in list(self._works.values()):
            work.stop()

    def _refuse_second(self, grid_id: str, owner: str) -> None:
        if (work := self._works.get((owner, grid_id))) and work.is_live:
            raise ConfigError("This grid is at work already; wait for it, or stop it first.")
        live = sum(work.is_live for (whose, _), work in list(self._works.items()) if whose == owner)
        if live >= AT_ONCE:
            raise ConfigError(
                f"{live} grids of yours are at work, and no more are begun beside them. Wait for one, or stop one."
            )

    def _seen(self, grid_id: str, owner: str, waiting: Collection[Place] = ()) -> GridView:
        grid = self.get(grid_id, owner)
        cells, records = self._store.cells(grid_id, owner), self._store.runs_of(grid_id, owner)
        return view(grid, cells, records, waiting, self._finders)

    def _carry_out(self, place: Place, keys: Mapping[str, str], cancel: CancelToken) -> None:
        """Run one cell to its end. Its claim is kept before its run begins: whoever comes after a kill finds that run."""
        seen = self._seen(place.grid_id, place.owner)
        square = seen.by_place.get((place.row, place.column))
        row, column = seen.grid.row(place.row), seen.grid.column(place.column)
        if square is None or row is None or column is None or not square.standing.is_due or cancel.cancelled:
            return
        order = order_of(seen.grid, row, column)
        try:
            run_id = self._begin_in_time(square, order, keys, cancel)
        except ConfigError as error:
            if cancel.cancelled:
                return
            if isinstance(error, QuotaReached):
                raise
            self._store.trouble(place, str(error))
            return
        self._works[place.owner, place.grid_id].begun(place)
        forget = cancel.on_cancel(lambda: self._stop_run(run_id, place.owner))
        try:
            self._manager.wait(run_id)
        finally:
            forget()

    def _begin_in_time(self, square: Square, order: RunSpec, keys: Mapping[str, str], cancel: CancelToken) -> str:
        """Begin a cell's run as soon as its owner may have one more; raise `QuotaReached` where waiting does not help."""
        while True:
            try:
                return self._begin(square, order, keys)
            except QuotaReached as reached:
                if not reached.passing or cancel.wait(_MOMENT):
                    raise

    def _begin(self, square: Square, order: RunSpec, keys: Mapping[str, str]) -> str:
        self._check(order, square.place.owner, keys)
        record = square.record
        if record is not None and goes_on(record, order):
            self._store.claim(square.place, record.id)
            self._manager.resume(record.id, record.owner, keys, limits=order.limits)
            return record.id
        claim = functools.partial(self._store.claim, square.place)
        return self._manager.start(order, square.place.owner, keys, claim=claim)

    def _stop_run(self, run_id: str, owner: str) -> None:
        self._manager.stop(run_id, owner)

    def _change(self, grid_id: str, owner: str, change: Callable[[Grid], Grid]) -> Grid:
        with self._lock:
            grid = change(self.get(grid_id, owner))
            self._store.keep_grid(grid)
        return grid


def _short_id() -> str:
    return uuid.uuid4().hex[:8]
