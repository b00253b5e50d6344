"""Laying a grid out: a new one, documents and questions added or changed, and the way back for what was removed."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Sequence
from typing import TypeVar

import streamlit as st

from rlm_app.build import App
from rlm_app.errors import ConfigError
from rlm_app.grids import Grid, GridColumn, GridRow
from rlm_app.types import DocumentInfo
from rlm_app.ui import asking, choice, documents, grid_run, naming, rows, safe, words

_UNDO = "ui_grid_undo"
_NAME, _DOCUMENTS, _QUESTIONS = "grid-name", "grid-documents", "grid-questions"
_MORE_DOCUMENTS, _MORE_QUESTIONS = "grid-more-documents", "grid-more-questions"


_Line = TypeVar("_Line", GridRow, GridColumn)


@dataclasses.dataclass(frozen=True, slots=True)
class Removed:
    """What was taken away last: of the grid as it stood `before` that row or column, or all of it (None)."""

    said: str
    before: Grid
    what: GridRow | GridColumn | None = None


def new(app: App, owner: str, library: rows.Library, opened: Callable[[str], None], *, framed: bool = True) -> None:
    """Draw the form of a new grid, `framed` where it stands by itself."""
    with st.container(border=framed):
        st.text_input("Name", key=_NAME, placeholder="For example: Supplier contracts")
        _choose(library, "Documents", _DOCUMENTS)
        st.text_area("Questions, one a line", key=_QUESTIONS, height=120, placeholder="Which notice period applies?")
        with st.container(horizontal=True, vertical_alignment="center"):
            with st.popover("Backend and limits", icon=":material/tune:", type="tertiary"):
                grid_run.pick(app, "grid-form")
            st.caption(safe.label(f"Each cell: {choice.sentence(app)}"), width="content")
        st.button(
            "Create grid",
            key="grid-create",
            type="primary",
            icon=":material/grid_on:",
            on_click=_create,
            args=(app, owner, library, opened),
            help="Nothing is run yet: first you see what it is likely to cost",
        )


def draw(app: App, owner: str, grid: Grid, library: rows.Library) -> None:
    """Draw what adds, changes and takes away documents and questions."""
    fold = st.expander("Documents and questions", icon=":material/edit_note:", key="grid-layout", on_change="rerun")
    if not fold.open:
        return
    with fold:
        left, right = st.columns(2, gap="large")
        with left:
            _columns(app, owner, grid)
        with right:
            _rows(app, owner, grid, library)


def remove(app: App, owner: str, grid: Grid) -> None:
    """Draw the button that takes the grid away."""
    st.button(
        "Delete grid",
        key="grid-delete",
        icon=":material/delete:",
        type="tertiary",
        on_click=_remove,
        args=(app, owner, grid),
        help="You can take it back. Its runs stay in the History",
    )


def undo(app: App, owner: str) -> None:
    """Draw what was taken away last with the way back."""
    removed: Removed | None = st.session_state.get(_UNDO)
    if removed is None:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(f"Removed: {safe.label(words.clip(removed.said, 90))}", width="content")
        st.button("Undo", key="grid-undo", icon=":material/undo:", on_click=_take_back, args=(app, owner, removed))


def _columns(app: App, owner: str, grid: Grid) -> None:
    st.text_area("Add questions, one a line", key=_MORE_QUESTIONS, height=68)
    st.button(
        "Add questions", key="grid-add-questions", icon=":material/add:", on_click=_ask_more, args=(app, owner, grid)
    )
    for column in grid.columns:
        with st.container(horizontal=True, vertical_alignment="center"):
            key = f"grid-question-{column.id}"
            st.text_input(
                "Question",
                value=column.question,
                key=key,
                label_visibility="collapsed",
                on_change=_reword,
                args=(app, owner, grid, column, key),
                help="Put in other words, its cells are out of date",
            )
            _take_away(app, owner, grid, f"drop-{column.id}", column.question, column)


def _rows(app: App, owner: str, grid: Grid, library: rows.Library) -> None:
    held = {row.sha256 for row in grid.rows}
    _choose({sha256: info for sha256, info in library.items() if sha256 not in held}, "Add documents", _MORE_DOCUMENTS)
    st.button(
        "Add documents",
        key="grid-add-documents",
        icon=":material/add:",
        on_click=_take_more,
        args=(app, owner, grid, library),
    )
    for row in grid.rows:
        with st.container(horizontal=True, vertical_alignment="center", key=f"{documents.FILED}row-{row.id}"):
            gone = "" if row.sha256 in library else " · :orange[no longer in the library]"
            st.markdown(f":material/description: {safe.label(row.name)}{gone}")
            newer = _newer(row, library)
            if newer and newer.sha256 not in held:
                st.button(
                    "Use the newer version",
                    key=f"grid-newer-{row.id}",
                    icon=":material/update:",
                    on_click=_renew,
                    args=(app, owner, grid, row, newer),
                    help="The cells of this document are out of date then",
                )
            _take_away(app, owner, grid, f"drop-{row.id}", row.name, row)


def _take_away(app: App, owner: str, grid: Grid, key: str, said: str, what: GridRow | GridColumn) -> None:
    st.button(
        "Remove",
        key=f"grid-{key}",
        icon=":material/delete:",
        type="tertiary",
        on_click=_drop,
        args=(app, owner, grid, said, what),
    )


def _choose(library: rows.Library, label: str, key: str) -> None:
    names = naming.of_documents(library)
    st.multiselect(
        label,
        list(library),
        format_func=lambda sha256: names.get(sha256, naming.GONE),
        key=key,
        placeholder="Choose from your library",
    )


def _newer(row: GridRow, library: rows.Library) -> DocumentInfo | None:
    """Return the document of the same name that was added last, None where the row has it."""
    same = next((info for info in library.values() if info.name == row.name), None)
    return same if same is not None and same.sha256 != row.sha256 else None


def _create(app: App, owner: str, library: rows.Library, opened: Callable[[str], None]) -> None:
    state = st.session_state
    grid = app.grids.create(owner, state[_NAME] or "", asking.order(app, "", []))
    app.grids.add_rows(grid.id, owner, [(sha256, library[sha256].name) for sha256 in state[_DOCUMENTS]])
    app.grids.add_columns(grid.id, owner, (state[_QUESTIONS] or "").splitlines())
    state[_NAME], state[_DOCUMENTS], state[_QUESTIONS], state["grid-new"] = "", [], "", False
    opened(grid.id)


def _ask_more(app: App, owner: str, grid: Grid) -> None:
    with _there():
        app.grids.add_columns(grid.id, owner, str(st.session_state[_MORE_QUESTIONS] or "").splitlines())
        st.session_state[_MORE_QUESTIONS] = ""


def _take_more(app: App, owner: str, grid: Grid, library: rows.Library) -> None:
    chosen = [sha256 for sha256 in st.session_state[_MORE_DOCUMENTS] if sha256 in library]
    with _there():
        app.grids.add_rows(grid.id, owner, [(sha256, library[sha256].name) for sha256 in chosen])
        st.session_state[_MORE_DOCUMENTS] = []


def _reword(app: App, owner: str, grid: Grid, column: GridColumn, key: str) -> None:
    question = str(st.session_state[key] or "").strip()
    if question:
        with _there():
            now = app.grids.get(grid.id, owner).columns
            other = dataclasses.replace(column, question=question)
            app.grids.lay_out(grid.id, owner, columns=[other if each.id == column.id else each for each in now])


def _renew(app: App, owner: str, grid: Grid, row: GridRow, newer: DocumentInfo) -> None:
    with _there():
        now = app.grids.get(grid.id, owner).rows
        other = dataclasses.replace(row, sha256=newer.sha256)
        app.grids.lay_out(grid.id, owner, rows=[other if each.id == row.id else each for each in now])


def _drop(app: App, owner: str, grid: Grid, said: str, what: GridRow | GridColumn) -> None:
    with _there():
        now = app.grids.get(grid.id, owner)
        kept_rows = [row for row in now.rows if row.id != what.id]
        kept_columns = [column for column in now.columns if column.id != what.id]
        app.grids.lay_out(grid.id, owner, rows=kept_rows, columns=kept_columns)
        st.session_state[_UNDO] = Removed(said, now, what)


def _remove(app: App, owner: str, grid: Grid) -> None:
    with _there():
        app.grids.remove(grid.id, owner)
        st.session_state[_UNDO] = Removed(grid.name, grid)


def _take_back(app: App, owner: str, removed: Removed) -> None:
    before, what = removed.before, removed.what
    if what is None:
        app.grids.restore(before.id, owner)
    else:
        with _there():
            now = app.grids.get(before.id, owner)
            found_rows = _put_back(before.rows, now.rows, what.id)
            app.grids.lay_out(before.id, owner, found_rows, _put_back(before.columns, now.columns, what.id))
    st.session_state.pop(_UNDO, None)


def _put_back(before: Sequence[_Line], now: Sequence[_Line], wanted: str) -> list[_Line]:
    """Return the lines there are now with the wanted one among them where it stood; what was added since stays."""
    found, known = list(now), {line.id for line in now}
    for spot, line in enumerate(before):
        if line.id == wanted and line.id not in known:
            found.insert(spot, line)
    return found


def _there() -> contextlib.AbstractContextManager[None]:
    """Let go of a change to a grid that was deleted in another tab meanwhile: the page shows that when it is drawn."""
    return contextlib.suppress(ConfigError)
