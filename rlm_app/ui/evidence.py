"""The Evidence tab: every quotation with its verdict, the claim it stands for and the step that read it; and what was read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from rlm_app.build import App
from rlm_app.citations import Citation
from rlm_app.engine.trajectory import Trajectory
from rlm_app.proofs import Claim, Support
from rlm_app.records import RunRecord
from rlm_app.ui import chips, coverage, documents, leaf, legend, passages, proof, safe, states, steps, words
from rlm_app.ui.answer import verdict_sentence

_DOUBTFUL = {Support.PARTLY, Support.NOT_SUPPORTED}


def draw(app: App, record: RunRecord, trajectory: Trajectory) -> None:
    """Draw the table of quotations, the claims without one, and how much of each document was read."""
    if record.state.is_live:
        st.info("Quotes are checked when the answer is there.", icon=":material/format_quote:")
        return
    citations, found = trajectory.citations, proof.of(app, record, trajectory)
    if citations:
        _quotes(app, record, trajectory, found)
    else:
        st.info(
            "The answer holds no quotation, so there is nothing to check word for word.",
            icon=":material/format_quote:",
        )
    _unbound(found.unbound)
    if found.coverages:
        st.subheader("What was read", anchor=False, help="Worked out from the prompts of all model calls of the run.")
        coverage.strips(documents.of_run(app, record), found.coverages)
    if citations:
        legend.draw()


def rows(
    citations: Sequence[Citation], shown: Sequence[int], found: proof.Proof, trajectory: Trajectory
) -> list[dict[str, object]]:
    """Return the table's rows, short; the chosen one is drawn in full."""
    return [_row(number, citations[number], found, trajectory) for number in shown]


def needs_a_look(number: int, citation: Citation, found: proof.Proof) -> bool:
    """Whether a person should check the quotation, counted from 1, or the claim it stands for."""
    claim = found.claim_of(number)
    return states.needs_a_look(citation.verdict) or (claim is not None and claim.support in _DOUBTFUL)


def _quotes(app: App, record: RunRecord, trajectory: Trajectory, found: proof.Proof) -> None:
    citations = trajectory.citations
    st.markdown(verdict_sentence(citations, found.coverages))
    only = st.toggle(
        "Only what needs a look",
        key=f"evidence-filter-{record.id}",
        help="Hides the quotes that were found and whose claims no model doubts",
    )
    shown = [n for n, c in enumerate(citations) if not only or needs_a_look(n + 1, c, found)]
    if not shown:
        st.success("Nothing needs a look: every quote was found.", icon=":material/check:")
        return
    picked = _table(record, rows(citations, shown, found, trajectory), checked=found.checked)
    if picked is not None and picked < len(shown):
        _chosen(app, record, trajectory, found, shown[picked] + 1)


def _table(record: RunRecord, found: list[dict[str, object]], *, checked: bool) -> int | None:
    picked = st.dataframe(
        found,
        key=f"evidence-{record.id}-{len(found)}",
        on_select="rerun",
        selection_mode="single-row",
        selection_default={"selection": {"rows": [0]}},
        hide_index=True,
        column_config=_columns(checked=checked),
        alt="Every quotation of the answer with its verdict, document, page, claim and the step that read it",
    ).selection.rows
    return picked[0] if picked else None


def _columns(*, checked: bool) -> dict[str, Any]:
    column = st.column_config
    return {
        "No.": column.NumberColumn(width=48),
        "Verdict": column.TextColumn(width=125),
        "Claim borne out": column.TextColumn(width=130) if checked else None,
        "Quote": column.TextColumn(width="medium" if checked else "large"),
        "Document": column.TextColumn(width=170),
        "Page": column.TextColumn(width=60),
        "Claim": column.TextColumn(width="medium", help="The sentence of the answer that the quote stands for"),
        "Found in": column.TextColumn(width=130, help="The first step whose prompt held the passage"),
    }


def _row(number: int, citation: Citation, found: proof.Proof, trajectory: Trajectory) -> dict[str, object]:
    claim, finder = found.claim_of(number + 1), found.found_by(citation)
    return {
        "No.": number + 1,
        "Verdict": f"{states.GLYPHS[citation.verdict]} {citation.verdict.value}",
        "Claim borne out": legend.SUPPORT[claim.support].word if claim else words.DASH,
        "Quote": words.clip(citation.quote, 240),
        "Document": citation.document or words.DASH,
        "Page": citation.page or words.DASH,
        "Claim": words.clip(claim.text, 200) if claim else words.DASH,
        "Found in": steps.name(trajectory, finder) if finder else words.DASH,
    }


def _chosen(app: App, record: RunRecord, trajectory: Trajectory, found: proof.Proof, number: int) -> None:
    """Draw a quotation in full: what it is, what it stands for and who read it, beside its page."""
    citation = trajectory.citations[number - 1]
    with st.container(border=True):
        about, page = st.columns([4, 5], gap="medium")
        with about:
            passages.card(app, record, number, citation, way=False)
            if claim := found.claim_of(number):
                _claim(claim, checked=found.checked)
            if citation.end > citation.start:
                steps.ways(record, trajectory, found.readers(citation), str(number))
        if chips.leads(citation):
            with page:
                leaf.page(app, record, number, citation)


def _claim(claim: Claim, *, checked: bool) -> None:
    look = legend.SUPPORT[claim.support]
    st.caption("Stands for the claim")
    st.markdown(safe.label(words.clip(claim.text, 500)))
    if checked:
        st.markdown(f"{look.markdown} {safe.label(claim.reason or look.meaning)}")


def _unbound(claims: Sequence[Claim]) -> None:
    if not claims:
        return
    st.subheader(
        "Numbers without a quote", anchor=False, help="Sentences that state a number and quote nothing to check it by."
    )
    for claim in claims:
        st.markdown(f"{legend.UNBOUND.markdown} {safe.label(words.clip(claim.text, 500))}")
