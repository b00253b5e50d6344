"""The Answer tab: what was found, what it rests on, and what to think of a run that ended otherwise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import streamlit as st

from rlm_app.build import App
from rlm_app.citations import Citation, Verdict
from rlm_app.engine.trajectory import Trajectory
from rlm_app.proofs import Coverage, Support
from rlm_app.records import RunRecord
from rlm_app.types import RunState
from rlm_app.ui import (
    absence,
    chips,
    coverage,
    ended,
    follow,
    leaf,
    legend,
    outdated,
    passages,
    proof,
    quoted,
    states,
    words,
)

_WORST_FIRST = (Support.NOT_SUPPORTED, Support.PARTLY, Support.SUPPORTED, Support.NOT_CHECKED)
WIDTH = 860
"""Pixels of a line that is pleasant to read."""


def draw(app: App, record: RunRecord, trajectory: Trajectory) -> None:
    """Draw the answer of a run, or what stands in its place; beside it the page of the quotation that is open."""
    if record.state.is_live:
        _not_yet(record, trajectory)
        return
    number = quoted.opened(record, trajectory.citations)
    if not number:
        _answer(app, record, trajectory)
    else:
        text, side = st.columns([6, 5], gap="large")
        with text:
            _answer(app, record, trajectory)
        with side:
            leaf.beside(app, record, trajectory.citations, number)
    if trajectory.citations:
        quoted.listen(app, record, trajectory.citations, large=leaf.large(record))


def _answer(app: App, record: RunRecord, trajectory: Trajectory) -> None:
    ended.draw(app, record, trajectory)
    outdated.draw(app, record, trajectory)
    if record.answer:
        with st.container(width=WIDTH):
            _text(record.answer, trajectory.citations)
    found = proof.of(app, record, trajectory)
    if absence.stands_for(record, trajectory.citations):
        absence.draw(app, record, found)
    if record.answer and (trajectory.citations or not absence.stands_for(record, ())):
        _summary(trajectory.citations, found)
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


def _summary(citations: Sequence[Citation], found: proof.Proof) -> None:
    """Draw the one sentence that says what the answer is worth, and what the signs mean."""
    if citations:
        st.markdown(f":small[{verdict_sentence(citations, found.coverages)}]")
    else:
        read = coverage.sentence(found.coverages)
        nothing = "This answer quotes nothing, so nothing in it could be checked against the documents"
        st.caption(f"{nothing}; {read}." if read else f"{nothing}.")
    if support := support_sentence(found):
        st.markdown(f":small[{support}]")
    if found.unbound:
        count = words.count(len(found.unbound), "sentence states a number", "sentences state a number")
        listed = "it" if len(found.unbound) == 1 else "them"
        st.caption(f":material/link_off: {count} without a quote to check it by; the Evidence tab lists {listed}.")
    if citations:
        legend.draw()


def verdict_sentence(citations: Sequence[Citation], coverages: Sequence[Coverage] = ()) -> str:
    """Return in one sentence how many quotations stand in the documents, what is wrong with the others, what was read."""
    tally = Counter(citation.verdict for citation in citations)
    good = tally[Verdict.FOUND]
    start = (
        f"**{good} of {words.count(len(citations), 'quote')} found word for word** in the documents, "
        "ignoring line breaks, hyphenation, typographic marks and letter case"
    )
    others = [f"{tally[v]} {states.VERDICTS[v].word.lower()}" for v in Verdict if v is not Verdict.FOUND and tally[v]]
    read = coverage.sentence(coverages)
    return start + "".join(f"; {other}" for other in [*others, *([read] if read else [])]) + "."


def support_sentence(found: proof.Proof) -> str:
    """Return how many claims a model found borne out by their quotes, worst first, as Markdown; "" where none was asked."""
    if not found.checked:
        return ""
    tally = Counter(claim.support for claim in found.claims if claim.citations)
    said = [f"{legend.SUPPORT[each].markdown} {tally[each]:,}" for each in _WORST_FIRST if tally[each]]
    return f"Whether the quotes bear the claims out, as a model judged: {' · '.join(said)}. The Evidence tab gives its reasons."


def _not_yet(record: RunRecord, trajectory: Trajectory) -> None:
    turns = len(trajectory.turns)
    place = "It waits for its turn." if record.state is RunState.QUEUED else f"{words.count(turns, 'turn')} so far."
    st.markdown(f":shimmer[The answer will stand here.] {place} You can close this tab and come back by its address.")
