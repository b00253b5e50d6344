"""What stands behind "not in these documents": what was read, which words were looked for, what came nearest."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from rlm_app.build import App
from rlm_app.citations import Citation
from rlm_app.evidence.absence import absence_of, says_absent
from rlm_app.evidence.patterns import in_words
from rlm_app.proofs import Absence
from rlm_app.records import RunRecord
from rlm_app.types import RunState
from rlm_app.ui import coverage, documents, marked, memo, proof, safe, states, words

_TEXT, _MISS = 50, 1_000
"""Bytes of a text beside its letters, and of a passage that came near, as measured."""


def stands_for(record: RunRecord, citations: Sequence[Citation]) -> bool:
    """Whether a run that was answered says that what was asked is not in its documents."""
    absent = states.nothing_found(record) or says_absent(record.answer, citations)
    return record.state is RunState.DONE and bool(record.answer) and absent


def draw(app: App, record: RunRecord, found: proof.Proof) -> None:
    """Draw how far "not there" can be trusted: what was read, what was searched for, what came nearest."""
    infos = documents.of_run(app, record)
    if not infos:
        return
    with st.container(border=True):
        st.markdown("**What was searched**")
        coverage.strips(infos, found.coverages, {info.sha256: app.health(info) for info in infos})
        absence = of(app, record, found)
        _searched(absence)
        for miss in absence.misses:
            _miss(app, record, miss)
        st.caption("Other words for the same thing may help: ask again with the terms the document itself would use.")


def _searched(absence: Absence) -> None:
    if absence.terms:
        counts = [*absence.counts, *[None] * len(absence.terms)]
        shown = " · ".join(_term(term, count) for term, count in zip(absence.terms[:24], counts, strict=False))
        more = len(absence.terms) - 24
        st.markdown(f"**Searched for** {shown}" + (f" :gray[and {more} more]" if more > 0 else ""))
        st.caption("How often a term stands in all of the text was counted by the app, not by the model.")
    else:
        st.markdown("**Searched for** :gray[no words; the code of this run searched for none]")
    if absence.questions:
        fold = st.expander(f"Asked {words.count(len(absence.questions), 'question')} of sub-models", type="compact")
        with fold:
            for question in absence.questions:
                st.markdown(f"- {safe.label(words.clip(question, 240))}")
    if absence.misses:
        st.markdown("**What came nearest**")


def _term(term: str, count: int | None) -> str:
    """Return "“deposit” 3 ×" as Markdown; a pattern in words."""
    times = "in any such form" if count is None else f"{count:,} ×" if count else "nowhere"
    return f"“{safe.label(words.clip(in_words(term), 60))}” :gray[{times}]"


def _miss(app: App, record: RunRecord, miss: Citation) -> None:
    document = documents.text_of(app, miss.sha256, record.owner)
    place = f"{miss.document}, {marked.place(miss.unit or 'page', miss.page)}".rstrip(", ")
    st.caption(f"“{safe.label(words.clip(miss.quote, 80))}” · {miss.verdict.value.lower()} · {safe.label(place)}")
    if document is not None and miss.end > miss.start:
        text, offset = marked.around(document, miss.start, miss.end, 90)
        marked.show(text.replace("\n", " "), [(miss.start, miss.end)], offset=offset)


def of(app: App, record: RunRecord, found: proof.Proof) -> Absence:
    """Return what stands behind an answer that says "not there"; what was read is in its proof, and not here again."""

    def worked_out() -> Absence:
        made = absence_of(proof.texts(app, record), app.store.events(record.id, record.owner), found.coverages)
        return replace(made, coverage=())

    what = ("absence", record.id, record.finished)
    return memo.ours().get(record.owner, what, worked_out, _bytes)


def _bytes(absence: Absence) -> int:
    texts = (*absence.terms, *absence.questions)
    return sum(_TEXT + sys.getsizeof(text) for text in texts) + _MISS * len(absence.misses)
