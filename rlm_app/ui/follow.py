"""Asking further below a finished answer, and where a run comes from that goes on from another."""

from __future__ import annotations

import streamlit as st

from rlm_app.build import App
from rlm_app.records import RunRecord
from rlm_app.types import RunState
from rlm_app.ui import again, going_on, safe, words


def draw(app: App, record: RunRecord) -> None:
    """Draw the one line that asks a further question in the same session."""
    if record.state is not RunState.DONE or not going_on.branches(record):
        return
    with st.form(f"follow-{record.id}", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        question = st.text_input(
            "Ask a follow-up",
            key=f"follow-{record.id}-question",
            placeholder="For example: And what does the amendment say about it?",
            help="Goes on where this answer ended: its variables are built up again from the record, at no cost",
        )
        asked = st.form_submit_button("Ask", key=f"follow-{record.id}-ask", icon=":material/subdirectory_arrow_right:")
    if asked:
        going_on.start(app, record.owner, app.follow_up, record.id, record.owner, question or "")


def origin(app: App, record: RunRecord) -> None:
    """Draw where the run comes from, as a link, if it goes on from another one."""
    spec = record.spec
    if not spec.parent:
        return
    way = "Follows:" if spec.until is None else f"Forked from turn {spec.until} of:"
    parent = app.run(spec.parent, record.owner)
    if parent is None:
        st.caption(f"{way} a run that was deleted since")
        return
    # A page link to the page one is on does nothing in the browser, whatever else is in its address.
    if st.button(
        f"{way} {safe.label(words.clip(parent.spec.question, 120))}",
        key=f"origin-{record.id}",
        type="tertiary",
        icon=":material/subdirectory_arrow_right:" if spec.until is None else ":material/alt_route:",
        help="Opens that run",
    ):
        again.open_run(parent.id)
