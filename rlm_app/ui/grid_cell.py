"""One cell of a grid: its answer with its quotations, the way to its run, and a field to write over it."""

from __future__ import annotations

import contextlib

import streamlit as st

from rlm_app.build import App
from rlm_app.errors import ConfigError
from rlm_app.grids import GridView, Square, Standing
from rlm_app.records import RunRecord
from rlm_app.ui import documents, grid_run, grid_table, marked, rows, safe, shell, states, words

_QUOTES = 4


def draw(app: App, owner: str, view: GridView, square: Square) -> None:
    """Draw the cell."""
    row, column = view.grid.row(square.place.row), view.grid.column(square.place.column)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(grid_table.look(square), width="content")
        st.button(
            "Close",
            key="grid-close",
            icon=":material/close:",
            type="tertiary",
            on_click=grid_table.close,
            args=(view,),
        )
    st.markdown(f"**{safe.label(column.question if column else '')}**")
    with st.container(key=f"{documents.FILED}cell"):
        st.caption(f":material/description: {safe.label(row.name if row else '')}")
    if square.why:
        st.caption(f":orange[:material/info:] {safe.markdown(square.why)}")
    if square.text:
        st.markdown(safe.label(square.text))
    if square.record is not None:
        _run(app, square.record)
    if not square.standing.is_live:
        grid_run.one(app, owner, square)
        _edit(app, square)


def _run(app: App, record: RunRecord) -> None:
    """Draw what the cell's run quoted, what it cost, and the way to it."""
    if record.quotes_total and not record.state.is_live:
        st.caption(rows.quotes(record))
        _quotes(app, record)
    cost = words.spent(record.usage).replace("$", r"\$")
    st.caption(f"{cost} · {words.duration(record.seconds)}" if not record.state.is_live else ":shimmer[At work]")
    st.page_link(shell.RUN, label="Open the run", icon=":material/timeline:", query_params={"run": record.id})


def _quotes(app: App, record: RunRecord) -> None:
    trajectory = app.trajectory(record.id, record.owner)
    found = trajectory.citations if trajectory else []
    for citation in found[:_QUOTES]:
        look = states.VERDICTS[citation.verdict]
        where = marked.place(citation.unit or "page", citation.page)
        st.markdown(
            f":{look.color}-badge[{look.icon} {look.word}] :small[“{safe.label(words.clip(citation.quote, 260))}”] "
            f":gray[:small[{safe.label(where)}]]"
        )
    if len(found) > _QUOTES:
        st.caption(f"and {words.count(len(found) - _QUOTES, 'further quotation')}")


def _edit(app: App, square: Square) -> None:
    """Draw the field to write one's own answer; what a person wrote is not run over."""
    key = f"grid-edit-{square.place.row}-{square.place.column}"
    if square.standing is Standing.EDITED:
        when = words.moment(square.cell.edited_at, st.context.timezone)
        st.caption(f":material/lock: Written by a person on {when}; the grid does not run this cell.")
        st.button(
            "Unlock and show what the run said" if square.record else "Unlock and empty the cell",
            key=f"{key}-unlock",
            icon=":material/lock_open:",
            on_click=_write,
            args=(app, square, None),
        )
    with st.expander("Write your own answer", icon=":material/edit:"):
        st.text_area("Your answer", value=square.text, key=f"{key}-{square.cell.edited_at:.3f}", height=100)
        st.button(
            "Save and lock",
            key=f"{key}-save",
            icon=":material/lock:",
            on_click=lambda: _save(app, square, f"{key}-{square.cell.edited_at:.3f}"),
        )


def _save(app: App, square: Square, key: str) -> None:
    _write(app, square, str(st.session_state[key]).strip())


def _write(app: App, square: Square, text: str | None) -> None:
    # A grid that was deleted in another tab meanwhile: the page says so when it is drawn.
    with contextlib.suppress(ConfigError):
        app.grids.edit(square.place, text)
