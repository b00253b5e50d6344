"""The vocabulary of grids: documents down, questions across, and in each place of the grid a run of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from rlm_app.events import Event
from rlm_app.finding import RunFinder, Workspace
from rlm_app.quotas import Ledger
from rlm_app.records import Census, JournalRow, RunRecord, RunSpec, RunStore
from rlm_app.shares import LinkStore


@dataclass(frozen=True, slots=True)
class GridRow:
    """A document of a grid; `id` stays when a newer version of the document takes its place."""

    id: str
    sha256: str
    name: str


@dataclass(frozen=True, slots=True)
class GridColumn:
    """A question of a grid; `id` stays when the question is put in other words."""

    id: str
    question: str


@dataclass(frozen=True, slots=True)
class Grid:
    """A grid as it was laid out. `order` is how every cell is run; its question and documents are those of the cell.

    `created` is seconds since 1970 (UTC).
    """

    id: str
    owner: str
    name: str
    order: RunSpec
    rows: tuple[GridRow, ...] = ()
    columns: tuple[GridColumn, ...] = ()
    created: float = 0.0

    def row(self, row_id: str) -> GridRow | None:
        """Return the row of that id, None when the grid has it no more."""
        return next((row for row in self.rows if row.id == row_id), None)

    def column(self, column_id: str) -> GridColumn | None:
        """Return the column of that id, None when the grid has it no more."""
        return next((column for column in self.columns if column.id == column_id), None)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a cell stands in which grid, and whose that is."""

    grid_id: str
    owner: str
    row: str
    column: str


@dataclass(frozen=True, slots=True)
class GridCell:
    """What is kept of a cell beside its run: what a person wrote into it (None: nothing), and why it could not be run."""

    row: str
    column: str
    run_id: str = ""
    edited: str | None = None
    edited_at: float = 0.0
    problem: str = ""


class Standing(StrEnum):
    """How a cell stands."""

    EMPTY = "empty"
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    LIMIT = "limit reached"
    INTERRUPTED = "interrupted"
    FAILED = "failed"
    STALE = "out of date"
    EDITED = "edited"

    @property
    def is_due(self) -> bool:
        """Whether the cell is run when the grid is."""
        return self in {Standing.EMPTY, Standing.INTERRUPTED, Standing.FAILED, Standing.STALE}

    @property
    def is_live(self) -> bool:
        """Whether a run is at work on the cell or about to be."""
        return self in {Standing.WAITING, Standing.RUNNING}


@dataclass(frozen=True, slots=True)
class Square:
    """A cell as it stands: its run where it has one, the run's answer in `short`, and `why` it is no answer that holds."""

    place: Place
    standing: Standing
    cell: GridCell
    record: RunRecord | None = None
    why: str = ""
    short: str = ""

    @property
    def text(self) -> str:
        """What stands in the cell: what a person wrote, else the short answer; "" where there is neither."""
        return self.short if self.cell.edited is None else self.cell.edited


@dataclass(frozen=True, slots=True)
class GridView:
    """A grid with every cell as it stands now."""

    grid: Grid
    squares: tuple[Square, ...]
    by_place: dict[tuple[str, str], Square] = field(repr=False)

    def at(self, row_id: str, column_id: str) -> Square:
        """Return the cell of a row and a column of the grid."""
        return self.by_place[row_id, column_id]

    def row(self, row: GridRow) -> tuple[Square, ...]:
        """Return the cells of a row, in the order of the questions."""
        return tuple(self.at(row.id, column.id) for column in self.grid.columns)

    @property
    def due(self) -> tuple[Square, ...]:
        """The cells that are run when the grid is."""
        return tuple(square for square in self.squares if square.standing.is_due)


class GridStore(Protocol):
    """Keeps grids and their cells; safe to use from many threads. Whatever is written is durable on return."""

    def keep_grid(self, grid: Grid) -> None:
        """Keep a grid in place of an earlier one of its id."""

    def grid(self, grid_id: str, owner: str) -> Grid | None:
        """Return a grid, None if this owner has none of that id."""

    def grids(self, owner: str) -> list[Grid]:
        """Return the owner's grids, newest first."""

    def remove_grid(self, grid_id: str, owner: str, at: float) -> None:
        """Take a grid off the list; it can be brought back for a day. Its runs stay."""

    def restore_grid(self, grid_id: str, owner: str) -> None:
        """Bring back a grid that was removed."""

    def cells(self, grid_id: str, owner: str) -> list[GridCell]:
        """Return what is kept of the grid's cells, in no order."""

    def runs_of(self, grid_id: str, owner: str) -> list[RunRecord]:
        """Return the runs that the grid's cells point to."""

    def claim(self, place: Place, run_id: str) -> None:
        """Let a cell point to the run that is about to begin."""

    def edit(self, place: Place, text: str | None, at: float) -> None:
        """Keep what a person wrote into a cell; None takes it away."""

    def trouble(self, place: Place, problem: str) -> None:
        """Keep why a cell could not be run."""


class Store(RunStore, RunFinder, Protocol):
    """What the app stands on: runs, documents and grids in one file, and the ways to find among them."""

    @property
    def grids(self) -> GridStore:
        """The grids of the file."""

    @property
    def shares(self) -> LinkStore:
        """The links to shared runs."""

    @property
    def ledger(self) -> Ledger:
        """What people have used of each day."""

    @property
    def notice(self) -> str:
        """What a person should know since the file was opened, "" as a rule."""

    def census(self, now: float) -> Census:
        """Return numbers on all that is kept; raise `StoreError` when the file cannot be read."""

    def workspaces(self) -> list[Workspace]:
        """Return who keeps something here, for who runs the app; the bundled documents have an owner, too."""

    def stored(self) -> int:
        """Return how many bytes everybody's documents and files, long texts and links have."""

    def storage(self, owner: str) -> int:
        """Return how many bytes what is kept of this owner has, their files included."""

    def journal_rows(self, run_id: str, owner: str) -> list[JournalRow]:
        """Return what is kept of the calls of this owner's run."""

    def preferences(self, owner: str) -> dict[str, Any]:
        """Return all that this owner has set, by name."""

    def take_in(self, record: RunRecord, events: Sequence[Event], rows: Sequence[JournalRow]) -> str | None:
        """Keep a whole run, unless one of its id is there: then return whose that is. Durable when this returns."""
