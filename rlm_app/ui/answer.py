"""The Answer tab: what was found, what it rests on, and what to think of a run that ended otherwise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import streamlit as st

from rlm_app.build import App
from rlm_app.engine.trajectory import Trajectory
from rlm_app.records import RunRecord
from rlm_app.types import Citation, RunState, Verdict
from rlm_app.ui import chips, ended, follow, passages, safe, states, words
from rlm_app.ui import documents as known

WIDTH = 860
"""Pixels of a line that is pleasant to read."""


def draw(app: App, record: RunRecord, trajectory: Trajectory) -> None:
    """Draw the answer of a run, or what stands in its place."""
    if record.state.is_live:
        _not_yet(record, trajectory)
        return
    ended.draw(app, record, trajectory)
    if record.answer:
        with st.container(width=WIDTH):
            _text(record.answer, trajectory.citations)
    if states.nothing_found(record):
        _where_it_looked(app, record)
    elif record.answer and not trajectory.citations:
        st.caption("This answer quotes nothing, so nothing in it could be checked against the documents.")
    elif trajectory.citations:
        st.markdown(f":small[{verdict_sentence(trajectory.citations)}]")
    with st.container(width=WIDTH):
        follow.draw(app, record)
        ended.higher(app, record)
    if trajectory.citations:
        passages.draw(app, record, trajectory.citations)


def _text(answer: str, citations: Sequence[Citation]) -> None:
    for part in chips.with_chips(answer, citations):
        if part.is_code:
            st.code(part.text, language=None, wrap_lines=True)
        else:
            st.markdown(part.text, anchors=False)


def verdict_sentence(citations: Sequence[Citation]) -> str:
    """Return in one sentence how many quotations stand in the documents, and what is wrong with the others."""
    tally = Counter(citation.verdict for citation in citations)
    good = tally[Verdict.FOUND]
    start = (
        f"**{good} of {words.count(len(citations), 'quote')} found word for word** in the documents, "
        "ignoring line breaks, hyphenation, typographic marks and letter case"
    )
    others = [f"{tally[v]} {states.VERDICTS[v].word.lower()}" for v in Verdict if v is not Verdict.FOUND and tally[v]]
    return start + "".join(f"; {other}" for other in others) + "."


def _not_yet(record: RunRecord, trajectory: Trajectory) -> None:
    turns = len(trajectory.turns)
    place = "It waits for its turn." if record.state is RunState.QUEUED else f"{words.count(turns, 'turn')} so far."
    st.markdown(f":shimmer[The answer will stand here.] {place} You can close this tab and come back by its address.")


def _where_it_looked(app: App, record: RunRecord) -> None:
    infos = known.of_run(app, record)
    if not infos:
        return
    st.markdown("**What was searched**")
    for info in infos:
        st.markdown(f"- {safe.label(info.name)} :gray[{safe.markdown(app.health(info))}]")
    st.caption("Other words for the same thing may help: ask again with the terms the document itself would use.")
