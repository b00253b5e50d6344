"""The Evidence tab: every quotation of the answer in one table."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from rlm_app.build import App
from rlm_app.engine.trajectory import Trajectory
from rlm_app.records import RunRecord
from rlm_app.types import Citation
from rlm_app.ui import passages, states, words
from rlm_app.ui.answer import verdict_sentence


def draw(app: App, record: RunRecord, trajectory: Trajectory) -> None:
    """Draw the table of quotations with a filter, the chosen one below it, and what the verdicts mean."""
    citations = trajectory.citations
    if not citations:
        st.info(_nothing(record), icon=":material/format_quote:")
        return
    st.markdown(verdict_sentence(citations))
    only = st.toggle(
        "Only what needs a look", key=f"evidence-filter-{record.id}", help="Hides the quotes that were found"
    )
    shown = [n for n, c in enumerate(citations) if not only or states.needs_a_look(c.verdict)]
    if shown:
        _table(app, record, citations, shown)
    else:
        st.success("Nothing needs a look: every quote was found.", icon=":material/check:")
    _legend()


def rows(citations: Sequence[Citation], shown: Sequence[int]) -> list[dict[str, object]]:
    """Return the table's rows: number, verdict in words, quotation, document, page."""
    return [
        {
            "No.": number + 1,
            "Verdict": f"{states.GLYPHS[citations[number].verdict]} {citations[number].verdict.value}",
            "Quote": words.clip(citations[number].quote, 240),
            "Document": citations[number].document or words.DASH,
            "Page": citations[number].page or words.DASH,
        }
        for number in shown
    ]


def _table(app: App, record: RunRecord, citations: Sequence[Citation], shown: Sequence[int]) -> None:
    picked = st.dataframe(
        rows(citations, shown),
        key=f"evidence-{record.id}-{len(shown)}",
        on_select="rerun",
        selection_mode="single-row",
        selection_default={"selection": {"rows": [0]}},
        hide_index=True,
        column_config={
            "No.": st.column_config.NumberColumn(width=50),
            "Verdict": st.column_config.TextColumn(width=130),
            "Quote": st.column_config.TextColumn(width="large"),
            "Document": st.column_config.TextColumn(width="medium"),
            "Page": st.column_config.TextColumn(width="small"),
        },
        alt="Every quotation of the answer with its verdict, document and page",
    ).selection.rows
    if picked and picked[0] < len(shown):
        with st.container(border=True, gap="xsmall"):
            passages.card(app, record, shown[picked[0]] + 1, citations[shown[picked[0]]])


def _legend() -> None:
    with st.expander("What the verdicts mean", type="compact", icon=":material/help:"):
        for look in states.VERDICTS.values():
            st.markdown(f"{look.markdown} {look.meaning}")


def _nothing(record: RunRecord) -> str:
    if record.state.is_live:
        return "Quotes are checked when the answer is there."
    return "The answer holds no quotation, so there is nothing to check word for word."
