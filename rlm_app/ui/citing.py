"""The runs that asked a document: which of them cite a page, and how much of it each has read."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.elements.lib.mutable_expander_container import ExpanderContainer

from rlm_app.build import App
from rlm_app.citations import Citation
from rlm_app.evidence.coverage import cover
from rlm_app.proofs import Coverage
from rlm_app.records import RunRecord
from rlm_app.types import Document, Page
from rlm_app.ui import coverage, memo, proof, safe, shell, states, words

MOST = 30
"""Runs that are looked through, the newest first."""
_READ = 5


def on_page(app: App, owner: str, document: Document, page: Page) -> None:
    """Draw, when it is opened, the runs whose answers cite this page, each with its quotations."""
    sha256 = document.info.sha256
    fold = _fold("Runs that cite this page", f"citing-{sha256}", ":material/format_quote:")
    if not fold.open:
        return
    with fold:
        found = [(run, of_page(_citations(app, run), sha256, page)) for run in _asked(app, owner, sha256)]
        found = [(run, citations) for run, citations in found if citations]
        if not found:
            st.caption("No answer so far quotes this page.")
        for run, citations in found:
            _run(run)
            for number, citation in citations:
                glyph = f"{states.GLYPHS[citation.verdict]} {citation.verdict.value}"
                st.caption(f"{number} · {glyph} · “{safe.label(words.clip(citation.quote, 110))}”")


def read(app: App, owner: str, document: Document) -> None:
    """Draw, when it is opened, how much of the document the latest runs have read, page by page."""
    fold = _fold("What runs have read of it", f"coverage-{document.info.sha256}", ":material/density_small:")
    if not fold.open:
        return
    with fold:
        runs = [run for run in _asked(app, owner, document.info.sha256) if not run.state.is_live][:_READ]
        if not runs:
            st.caption("No run has asked this document so far.")
        for run in runs:
            _run(run)
            coverage.strips([document.info], [_covered(app, run, document)])


def of_page(citations: Sequence[Citation], sha256: str, page: Page) -> list[tuple[int, Citation]]:
    """Return the citations, with their numbers, whose passage is on a page, wholly or in part."""
    return [
        (number, each)
        for number, each in enumerate(citations, 1)
        if each.sha256 == sha256 and each.start < max(page.end, page.start + 1) and each.end > page.start
    ]


def _fold(title: str, key: str, icon: str) -> ExpanderContainer:
    return st.expander(title, key=key, on_change="rerun", type="compact", icon=icon)


def _asked(app: App, owner: str, sha256: str) -> list[RunRecord]:
    return [run for run in app.store.runs(owner) if sha256 in run.spec.documents][:MOST]


def _citations(app: App, run: RunRecord) -> Sequence[Citation]:
    trajectory = app.trajectory(run.id, run.owner)
    return trajectory.citations if trajectory else ()


def _run(run: RunRecord) -> None:
    title = safe.label(words.clip(run.spec.question, 90))
    st.page_link(shell.RUN, label=title, icon=":material/timeline:", query_params={"run": run.id})


def _covered(app: App, run: RunRecord, document: Document) -> Coverage:
    def worked_out() -> Coverage:
        return cover([document], app.store.events(run.id, run.owner))[0]

    # A run that is gone on with is another one when it ends.
    what = ("coverage", run.id, run.finished, document.info.sha256)
    return memo.ours().get(run.owner, what, worked_out, lambda made: proof.weight([made]))
