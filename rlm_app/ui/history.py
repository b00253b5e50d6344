"""The list of all runs."""

from __future__ import annotations

import streamlit as st

from rlm_app.build import App
from rlm_app.records import RunRecord
from rlm_app.ui import documents, imports, listing, rows, safe, shell, trash, words

PAGE = 20
_HEADS = ("Question and documents", "State", "Quotes found", "Money", "Time", "When", "")
_WIDTHS = (*rows.WIDTHS, 1.1)


def draw(app: App, owner: str) -> None:
    """Draw the search, the list by page, and the way back for what was just deleted."""
    _undo()
    imports.draw(app, owner)
    records = [record for record in app.store.runs(owner, 2000) if not trash.holds(record.id)]
    if not records:
        _empty(app)
        return
    found = _filtered(records)
    st.caption(_counted(len(found), len(records)))
    page, library = _page(len(found)), documents.library(app, owner)
    with st.container(key="run_heads"):
        for column, head in zip(st.columns(_WIDTHS), _HEADS, strict=True):
            column.caption(f"**{head}**" if head else " ")
    with st.container(key="run_list", gap="xsmall"):
        for record in found[page * PAGE : (page + 1) * PAGE]:
            _row(app, record, library)


def _filtered(records: list[RunRecord]) -> list[RunRecord]:
    left, right = st.columns([3, 4], vertical_alignment="bottom")
    search = left.text_input(
        "Search",
        key="history-search",
        placeholder="words of a question, an answer or a document's name",
        icon=":material/search:",
        persist_state="session",
    )
    states = listing.states_of(records)
    wanted = right.pills("State", states, selection_mode="multi", key="history-states") if len(states) > 1 else []
    return listing.matching(records, search or "", wanted or [])


def _page(total: int) -> int:
    pages = -(-total // PAGE)
    return st.pagination(pages, key=f"history-page-{pages}") - 1 if pages > 1 else 0


def _row(app: App, record: RunRecord, library: rows.Library) -> None:
    columns = st.columns(_WIDTHS, vertical_alignment="center")
    rows.first(columns[0], record, library)
    for column, text in zip(columns[1:-1], rows.cells(record), strict=True):
        column.markdown(f":small[{text}]")
    columns[-1].button(
        "Delete",
        key=f"delete-{record.id}",
        icon=":material/delete:",
        type="tertiary",
        disabled=record.state.is_live,
        help="Delete this run; you can take it back for a moment" if not record.state.is_live else "Stop it first",
        on_click=trash.throw,
        args=(app, record),
    )


def _undo() -> None:
    """Draw a line for each run just deleted, with a way back, until it is gone for good."""
    if not trash.pending():
        return

    def body() -> None:
        thrown = trash.pending()
        for item in thrown:
            with st.container(border=True, horizontal=True, vertical_alignment="center"):
                st.markdown(f"Deleted: {safe.label(words.clip(item.question, 90))}", width="content")
                st.button(
                    "Undo",
                    key=f"undo-{item.run_id}",
                    icon=":material/undo:",
                    on_click=trash.take_back,
                    args=(item.run_id,),
                )
        if len(thrown) != shown:
            st.rerun()

    shown = len(trash.pending())
    st.fragment(body, run_every=2.0)()


def _empty(app: App) -> None:
    st.markdown("No question was asked yet. Runs stay here with their answers, also after a restart.")
    with st.container(horizontal=True):
        st.page_link(shell.ASK, label="Ask a question", icon=":material/edit_note:")
        sample = app.sample_run_id()
        if sample:
            st.page_link(
                shell.RUN, label="Browse a finished run", icon=":material/play_lesson:", query_params={"run": sample}
            )


def _counted(found: int, total: int) -> str:
    return words.count(total, "run") if found == total else f"{found:,} of {words.count(total, 'run')}"
