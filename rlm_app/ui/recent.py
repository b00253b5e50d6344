"""What runs now, and the runs of the last days, on the Ask page."""

from __future__ import annotations

import streamlit as st

from rlm_app.build import App
from rlm_app.records import RunRecord
from rlm_app.ui import documents, header, redraw, rows, states, trash, words

LATEST = 5


def running_now(app: App, owner: str) -> None:
    """Draw a strip of the runs at work, kept up to date while there are any."""
    if not app.manager.running(owner):
        return

    def body() -> None:
        live = app.manager.running(owner)
        if not live:
            st.rerun()
        st.subheader("Running now", anchor=False)
        for record in live:
            _strip(app, record)

    redraw.draw_again(body, lambda: app.manager.versions(owner))


def latest(app: App, owner: str) -> bool:
    """Draw the latest finished runs; return whether there are any runs at all."""
    found = [record for record in app.store.runs(owner, LATEST + 10) if not trash.holds(record.id)]
    finished = [record for record in found if not record.state.is_live][:LATEST]
    if finished:
        library = documents.library(app, owner)
        st.subheader("Latest answers", anchor=False)
        with rows.listed():
            for record in finished:
                rows.draw(record, library)
    return bool(found)


def _strip(app: App, record: RunRecord) -> None:
    trajectory = app.trajectory(record.id, record.owner)
    turns = len(trajectory.turns) if trajectory else 0
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        rows.link(record, 90)
        st.space("stretch")
        st.markdown(states.look_of(record).markdown, width="content")
        st.markdown(
            f"{words.clock(header.elapsed(record, header.began(app, record)))} · {words.count(turns, 'turn')}",
            width="content",
        )
