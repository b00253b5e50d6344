"""The list of all runs."""

from __future__ import annotations

import zlib
from dataclasses import replace
from functools import partial

import streamlit as st

from rlm_app.build import App
from rlm_app.finding import FoundRuns, RunQuery
from rlm_app.records import RunRecord
from rlm_app.ui import charts, documents, imports, later, listing, row_facts, rows, safe, shell, trash, words

_UNDO_LINES = 5
"""How many deleted runs get a line of their own; with more of them, the list would leave the screen."""
_SOON = 0.8
"""Seconds after the rows at which their buttons are drawn where History is a tab's first page: 80 of them cost a browser that
has drawn none a second, and nobody presses one before the rows are read."""
_ACTS = 1.9
"""How wide the column of a row's buttons is beside those of `rows.WIDTHS`."""


def draw(app: App, owner: str) -> None:
    """Draw the search, the list by page, and the way back for what was just deleted."""
    _undo()
    imports.draw(app, owner)
    hidden = trash.ids()
    every = app.store.find_runs(owner, RunQuery(hidden=hidden, limit=0))
    if not every.every:
        _empty(app)
        return
    query = listing.query(every, hidden)
    place = st.container()
    found = app.store.find_runs(owner, query)
    page = _page(found.total, query)
    if page:  # how many pages there are is known only now
        found = app.store.find_runs(owner, replace(query, offset=page * listing.PAGE))
    with place:
        _above(found)
    _list(app, owner, found)
    charts.draw(app, owner, query)
    if shell.is_first_page():
        later.draw(st.rerun, _SOON)


def _above(found: FoundRuns) -> None:
    """Draw how many runs fit, and what can be done with those that are ticked."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(_counted(found.total, found.every), width="content")
        st.space("stretch")
        ticked = [record for record in found.records if st.session_state.get(f"tick-{record.id}")]
        if len(ticked) == 2:
            later, earlier = ticked
            st.page_link(
                shell.COMPARE,
                label="Compare the two",
                icon=":material/compare_arrows:",
                query_params={"left": earlier.id, "right": later.id},
            )
        gone = [record for record in ticked if not record.state.is_live]
        if gone:
            st.button(
                f"Delete {words.count(len(gone), 'run')}",
                key="delete-ticked",
                icon=":material/delete:",
                on_click=partial(_throw, gone),
                help="You can take them back for a moment",
            )
        st.page_link(shell.SQL, label="Ask in SQL", icon=":material/database:")


def _list(app: App, owner: str, found: FoundRuns) -> None:
    if not found.records:
        st.markdown("No run fits all of this. Change the words above, or take a filter away.")
        return
    library = documents.library(app, owner)
    with st.container(key="run_heads"):
        first, second, _ = st.columns((*rows.WIDTHS, _ACTS))
        first.html('<div class="rlm-facts rlm-one"><b>Question and documents</b></div>')
        second.html(row_facts.heads())
    with rows.listed():
        for record in found.records:
            _row(app, record, library)


def _page(total: int, query: RunQuery) -> int:
    """Draw the way to further pages; what is asked for anew, or in another order, begins with its first page."""
    pages = -(-total // listing.PAGE)
    if pages <= 1:
        return 0
    key = f"history-page-{zlib.crc32(repr(replace(query, hidden=())).encode()):x}"
    st.session_state[key] = min(st.session_state.get(key, 1), pages)
    return st.pagination(pages, key=key) - 1


def _row(app: App, record: RunRecord, library: rows.Library) -> None:
    (acts,) = rows.draw(record, library, (_ACTS,))
    if shell.is_first_page():
        return
    with acts.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        _acts(app, record)


def _acts(app: App, record: RunRecord) -> None:
    """Draw what can be done with a run: signs, on a phone with words (bold); what they are done to is only read aloud."""
    name = safe.label(words.clip(record.name, 60))
    st.checkbox(f"Choose “{name}”", key=f"tick-{record.id}", label_visibility="collapsed", width="content")
    star = ":orange[★] **Starred**" if record.starred else "☆ **Star**"
    st.button(
        f"{star} *“{name}”*",
        key=f"star-{record.id}",
        type="tertiary",
        help="Take its star away" if record.starred else "Give it a star",
        on_click=partial(app.mark, record.id, record.owner, starred=not record.starred),
    )
    if st.button(
        f"**Rename** *“{name}”*", key=f"rename-{record.id}", icon=":material/edit:", type="tertiary", help="Rename"
    ):
        _rename(app, record)
    st.button(
        f"**Delete** *“{name}”*",
        key=f"delete-{record.id}",
        icon=":material/delete:",
        type="tertiary",
        disabled=record.state.is_live,
        help="Delete this run; you can take it back for half a minute" if not record.state.is_live else "Stop it first",
        on_click=trash.throw,
        args=(app, record),
    )


def _throw(records: list[RunRecord]) -> None:
    app = shell.open_app()
    for record in records:
        trash.throw(app, record)


@st.dialog("Rename this run", icon=":material/edit:")
def _rename(app: App, record: RunRecord) -> None:
    st.caption(f"Asked: {safe.label(words.clip(record.spec.question, 200))}")
    st.text_input("Name", value=record.title, key=f"title-{record.id}", placeholder="Empty: the question")
    if st.button("Save", key=f"title-save-{record.id}", type="primary", on_click=_save_title, args=(app, record)):
        st.rerun()


def _save_title(app: App, record: RunRecord) -> None:
    title = str(st.session_state[f"title-{record.id}"] or "")
    app.mark(record.id, record.owner, title=" ".join(title.split())[:200])


def _undo() -> None:
    """Draw a line for each run just deleted, with a way back, until it is gone for good."""
    if not trash.pending():
        return

    def body() -> None:
        thrown = trash.pending()
        if len(thrown) > 1:
            st.button(f"Undo all {len(thrown)}", key="undo-all", icon=":material/undo:", on_click=trash.take_all_back)
        for item in thrown[:_UNDO_LINES]:
            with st.container(border=True, horizontal=True, vertical_alignment="center"):
                st.markdown(f"Deleted: {safe.label(words.clip(item.question, 90))}", width="content")
                st.button(
                    "Undo",
                    key=f"undo-{item.run_id}",
                    icon=":material/undo:",
                    on_click=trash.take_back,
                    args=(item.run_id,),
                )
        st.caption("A deleted run can be taken back for half a minute; then it is gone.")
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
