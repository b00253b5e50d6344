"""The cells of a grid as one table: a mark, a short answer, and a cell that opens when it is chosen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import streamlit as st

from rlm_app.grids import GridView, Square, Standing
from rlm_app.ui import safe, states, tables, words

if TYPE_CHECKING:
    from pandas.io.formats.style import Styler

CELL = "cell"
_DOCUMENT = "document"
_ROWS = 14
_MARKS: Mapping[Standing, str] = {
    Standing.EMPTY: "",
    Standing.WAITING: "◌ waiting",
    Standing.RUNNING: "◔ running",
    Standing.LIMIT: "◷",
    Standing.INTERRUPTED: "◑",
    Standing.FAILED: "✕",
    Standing.STALE: "↻",
    Standing.EDITED: "✎",
}
# Tints of the ground and no colours of the words: they suit both themes, and a browser changes its theme without asking us.
_AMBER, _RED, _BLUE = "rgba(214, 138, 20, 0.2)", "rgba(214, 60, 48, 0.2)", "rgba(60, 124, 214, 0.2)"
_VIOLET = "rgba(132, 92, 214, 0.2)"
_TINTS = {"▲": _AMBER, "✕": _RED, "↻": _AMBER, "◷": _AMBER, "◑": _VIOLET, "✎": _BLUE}
_SAID = frozenset({Standing.FAILED, Standing.INTERRUPTED})
LEGEND = (
    "✓ every quotation found · ▲ a quotation needs a look · ○ nothing quoted · ✎ written by a person, locked · "
    "↻ out of date · ◷ a limit ended it · ◑ interrupted · ✕ failed"
)


def draw(view: GridView) -> None:
    """Draw the table; a cell that is chosen is named in the address."""
    key = _key(view)
    st.dataframe(
        _colored(view),
        key=key,
        on_select=lambda: _pick(view, st.session_state[key]),
        selection_mode="single-cell",
        hide_index=True,
        height=tables.height(len(view.grid.rows), _ROWS),
        column_config=_columns(view),
        alt="The answers of this grid: a line for each document, a column for each question",
    )
    st.caption(f"Choose a cell to see its quotations. {LEGEND}")


def chosen(view: GridView) -> Square | None:
    """Return the cell that the address names, None without one."""
    row, _, column = st.query_params.get(CELL, "").partition(".")
    return view.by_place.get((row, column))


def close(view: GridView) -> None:
    """Let go of the chosen cell, in the address and in the table, where it could not be chosen again otherwise."""
    st.query_params.pop(CELL, None)
    st.session_state[_key(view)] = {"selection": {"cells": []}}


def _key(view: GridView) -> str:
    return f"grid-cells-{view.grid.id}"


def shown(square: Square) -> str:
    """Return what the table shows in a cell: its mark and the beginning of its answer."""
    said = str(square.standing) if square.standing in _SAID else square.text
    return f"{mark(square)} {safe.level(words.clip(said, 120))}".strip()


def mark(square: Square) -> str:
    """Return the sign of a cell: what became of its quotations, or why that does not hold today."""
    if square.standing is not Standing.DONE:
        return _MARKS[square.standing]
    record = square.record
    if record is None or not record.quotes_total:
        return "○"
    return "✓" if record.quotes_found == record.quotes_total else "▲"


def look(square: Square) -> str:
    """Return the state of a cell as a badge."""
    named = {
        Standing.EMPTY: ":gray-badge[Not run yet]",
        Standing.WAITING: ":gray-badge[:material/schedule: Waiting]",
        Standing.RUNNING: ":blue-badge[:material/play_circle: Running]",
        Standing.STALE: ":orange-badge[:material/update: Out of date]",
        Standing.EDITED: ":blue-badge[:material/lock: Written by a person]",
        Standing.LIMIT: ":orange-badge[:material/speed: Limit reached]",
    }
    if square.standing in named:
        return named[square.standing]
    return states.look_of(square.record).markdown if square.record else ":red-badge[:material/error: Failed]"


def _colored(view: GridView) -> Styler:
    """Return the table with the cells that ask for a person's eye in a colour; the mark says the same without it."""
    from pandas import DataFrame

    lines = [[safe.level(row.name), *(shown(each) for each in view.row(row))] for row in view.grid.rows]
    table = DataFrame(lines, columns=[_DOCUMENT, *(column.id for column in view.grid.columns)])
    return table.style.map(lambda text: f"background-color: {_TINTS[text[:1]]}" if text[:1] in _TINTS else "")


def _pick(view: GridView, state: Any) -> None:
    cells = state.selection.cells
    if not cells or cells[0][1] == _DOCUMENT or cells[0][0] >= len(view.grid.rows):
        st.query_params.pop(CELL, None)
        return
    number, column = cells[0]
    st.query_params[CELL] = f"{view.grid.rows[number].id}.{column}"


def _columns(view: GridView) -> dict[str, Any]:
    config = st.column_config
    columns: dict[str, Any] = {
        column.id: config.TextColumn(
            safe.level(words.clip(column.question, 80)), width=_width(view), help=safe.label(column.question)
        )
        for column in view.grid.columns
    }
    return {_DOCUMENT: config.TextColumn("Document", width=150, pinned=True), **columns}


def _width(view: GridView) -> int:
    """Few questions get room for their answers, many stand side by side."""
    return 320 if len(view.grid.columns) <= 3 else 240
