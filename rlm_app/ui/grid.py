"""The Grid page: the grids there are, the chosen one with its cells, and the way back for what was removed."""

from __future__ import annotations

import streamlit as st

from rlm_app.build import App
from rlm_app.grids import Grid, GridView
from rlm_app.ui import documents, grid_cell, grid_export, grid_layout, grid_run, grid_table, naming, rows, safe

_GRID = "grid"
_PICKED = "grid-picked"
_TICK = 1.0
_NOTHING = 0.0001


def draw(app: App, owner: str) -> None:
    """Draw the chosen grid, or what a grid is for where there is none."""
    grid_layout.undo(app, owner)
    found = {grid.id: grid for grid in app.grids.all(owner)}
    library = documents.library(app, owner)
    if not found:
        _empty()
        grid_layout.new(app, owner, library, _open)
        return
    grid = _chosen(found)
    with st.expander("New grid", icon=":material/add:", key="grid-new", on_change="rerun") as new:
        if new.open:
            grid_layout.new(app, owner, library, _open, framed=False)
    _grid(app, owner, grid, library)


def _grid(app: App, owner: str, grid: Grid, library: rows.Library) -> None:
    grid_run.settings(app, owner, grid)
    work = app.grids.work(grid.id, grid.owner)
    live = bool(work and work.is_live)

    def body() -> None:
        view = app.grids.view(grid.id, owner)
        grid_run.bar(app, owner, view, library)
        _cells(app, owner, view)
        work = app.grids.work(grid.id, grid.owner)
        if live and not (work and work.is_live):
            st.rerun()

    st.fragment(body, run_every=_TICK if live else None)()
    with st.container(horizontal=True):
        grid_export.draw(app, owner, grid)
        grid_layout.remove(app, owner, grid)
    grid_layout.draw(app, owner, grid, library)


def _cells(app: App, owner: str, view: GridView) -> None:
    """Draw the table, and beside it the chosen cell."""
    if not view.squares:
        st.info("This grid has no cell yet: add at least one document and one question below.", icon=":material/info:")
        return
    square = grid_table.chosen(view)
    # The table stands in a column either way: a browser makes one that has moved anew, and who is in it by keys drops out.
    table, panel = st.columns([5, 3] if square else [1, _NOTHING], gap="medium" if square else None)
    with table:
        grid_table.draw(view)
    if square is not None:
        with panel, st.container(border=True, key="grid_panel"):
            grid_cell.draw(app, owner, view, square)


def _chosen(found: dict[str, Grid]) -> Grid:
    """Return the grid that the address names, else the newest; draw the field that picks another."""
    named = st.query_params.get(_GRID, "")
    now = named if named in found else next(iter(found))
    st.session_state[_PICKED] = now
    names = naming.by_id({each: safe.unmarked(grid.name) for each, grid in found.items()})
    st.selectbox(
        "Grid",
        list(found),
        format_func=lambda grid_id: names.get(grid_id, ""),
        key=_PICKED,
        on_change=lambda: _open(st.session_state[_PICKED]),
        label_visibility="collapsed",
    )
    return found[now]


def _open(grid_id: str) -> None:
    """Have the page show a grid."""
    st.query_params.pop(grid_table.CELL, None)
    st.query_params[_GRID] = grid_id


def _empty() -> None:
    st.markdown(
        "A grid asks the same questions of many documents. Each cell is a run of its own whose quotations are checked; "
        "its short answer stands in the cell, and one click leads to the evidence."
    )
    st.caption("Cells are kept one by one: what was answered once is not asked again, also after a restart.")
