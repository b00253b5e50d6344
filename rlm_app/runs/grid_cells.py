"""How the cells of a grid stand, judged by their runs; pure functions."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence

from rlm_app.errors import ReplayDiverged
from rlm_app.grids import Grid, GridCell, GridColumn, GridRow, GridView, Place, Square, Standing
from rlm_app.records import RunRecord, RunSpec
from rlm_app.runs.short_answers import short_answer
from rlm_app.types import Limits, RunState

_CHANGES = {
    "question": "The question was put in other words since.",
    "documents": "It was asked of another version of the document.",
    "backend": "It was asked of another backend.",
    "root_model": "It was asked of another root model.",
    "sub_model": "It was asked with another sub-model.",
}
_CUT_OFF = frozenset({RunState.CANCELLED, RunState.INTERRUPTED})
_KEPT = frozenset({*_CUT_OFF, RunState.FAILED, RunState.LIMIT})
_SENTENCES = {
    RunState.CANCELLED: "It was stopped; what was done so far is kept.",
    RunState.INTERRUPTED: "The app was closed meanwhile; what was done so far is kept.",
    RunState.LIMIT: "A limit ended it; allow the grid's cells more to go on with it.",
}


def order_of(grid: Grid, row: GridRow, column: GridColumn) -> RunSpec:
    """Return the order by which a cell of the grid is run."""
    return dataclasses.replace(grid.order, question=column.question, documents=(row.sha256,))


def differences(ran: RunSpec, order: RunSpec) -> list[str]:
    """Return the names of what a run was asked otherwise than it would be today.

    How much a run may use is no such thing: an answer that was given within its limits is not changed by others.
    """
    one, other = _meaning(ran), _meaning(order)
    return [
        field.name for field in dataclasses.fields(RunSpec) if getattr(one, field.name) != getattr(other, field.name)
    ]


def goes_on(record: RunRecord, order: RunSpec) -> bool:
    """Whether a run that ended early is gone on with, for what was paid, rather than asked anew."""
    return record.state in _KEPT and not differences(record.spec, order) and ReplayDiverged.SIGN not in record.error


def view(
    grid: Grid,
    cells: Sequence[GridCell],
    records: Sequence[RunRecord],
    waiting: Collection[Place] = (),
    finders: Collection[str] = (),
) -> GridView:
    """Return the grid with each cell as it stands.

    Cells at a place in `waiting` are about to be run; the answers of `finders`, names of backends, conclude nothing.
    """
    kept = {(cell.row, cell.column): cell for cell in cells}
    runs = {record.id: record for record in records}
    squares = [_square(grid, row, column, kept, runs, waiting, finders) for row in grid.rows for column in grid.columns]
    return GridView(grid, tuple(squares), {(each.place.row, each.place.column): each for each in squares})


def _square(
    grid: Grid,
    row: GridRow,
    column: GridColumn,
    kept: Mapping[tuple[str, str], GridCell],
    runs: Mapping[str, RunRecord],
    waiting: Collection[Place],
    finders: Collection[str],
) -> Square:
    place = Place(grid.id, grid.owner, row.id, column.id)
    cell = kept.get((row.id, column.id), GridCell(row.id, column.id))
    record = runs.get(cell.run_id)
    standing, why = _stands(cell, record, order_of(grid, row, column))
    if standing.is_due and place in waiting:
        standing = Standing.WAITING
    return Square(place, standing, cell, record, why, _short(record, finders))


def _short(record: RunRecord | None, finders: Collection[str]) -> str:
    if record is None or record.state.is_live:
        return ""
    return short_answer(record.answer, concludes=record.spec.backend not in finders)


def _stands(cell: GridCell, record: RunRecord | None, order: RunSpec) -> tuple[Standing, str]:
    if cell.edited is not None:
        return Standing.EDITED, ""
    if record is not None and record.state.is_live:
        return Standing.WAITING if record.state is RunState.QUEUED else Standing.RUNNING, ""
    if cell.problem:
        return Standing.FAILED, cell.problem
    if record is None:
        return Standing.EMPTY, ""
    if changed := differences(record.spec, order):
        return Standing.STALE, _CHANGES.get(changed[0], "It was run with other settings.")
    return _ended(record, order)


def _ended(record: RunRecord, order: RunSpec) -> tuple[Standing, str]:
    if record.state is RunState.DONE:
        return Standing.DONE, ""
    if record.state is RunState.LIMIT and record.spec.limits == order.limits:
        return Standing.LIMIT, _SENTENCES[RunState.LIMIT]
    if record.state is RunState.LIMIT:
        return Standing.STALE, "A limit ended it, and it may use another amount now."
    if record.state in _CUT_OFF:
        return Standing.INTERRUPTED, record.error or _SENTENCES[record.state]
    return Standing.FAILED, record.error or _SENTENCES.get(record.state, "It ended without an answer.")


def _meaning(spec: RunSpec) -> RunSpec:
    """Return the order without what bounds a run only; depth and what the model is shown of outputs shape the answer."""
    limits = Limits(depth=spec.limits.depth, output_chars=spec.limits.output_chars)
    return dataclasses.replace(spec, limits=limits, options=dict(spec.options))
