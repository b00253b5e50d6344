"""What a first visitor sees: questions that can be asked at once, and a finished run to browse."""

from __future__ import annotations

import streamlit as st

from rlm_app.build import App, SampleQuestion
from rlm_app.types import DocumentInfo
from rlm_app.ui import again, documents, safe, shell


def draw(app: App, *, first: bool) -> None:
    """Draw the bundled questions and the finished sample run; folded away unless it is a `first` visit."""
    if first:
        _samples(app, "Try it on a sample document")
        return
    fold = st.expander(
        "A finished sample run · example questions",
        key="samples",
        on_change="rerun",
        type="compact",
        icon=":material/play_lesson:",
    )
    if fold.open:
        with fold:
            _samples(app, "")


def _samples(app: App, title: str) -> None:
    """Draw the questions, each of which fills the form, and the way to the run."""
    documents.wait_for_samples()
    infos = {info.name: info for info in documents.samples(app)}
    offered = [question for question in app.sample_questions() if question.document in infos][:3]
    if not offered:
        return
    if title:
        st.subheader(title, anchor=False)
    with st.grid(3, min_column_width=230):
        for number, sample in enumerate(offered):
            _card(app, number, sample, infos[sample.document])
    run_id = app.sample_run_id()
    if run_id:
        st.page_link(
            shell.RUN,
            label="Browse a finished run: its answer, the passages it rests on, every turn",
            icon=":material/play_lesson:",
            query_params={"run": run_id},
        )


def _card(app: App, number: int, sample: SampleQuestion, info: DocumentInfo) -> None:
    with st.container(border=True, height="stretch", gap="xsmall"):
        with st.container(key=f"{documents.FILED}sample-{number}"):
            st.caption(f":material/description: {safe.label(info.name)}")
        st.markdown(safe.label(sample.question))
        st.space("stretch")
        st.button(
            "Use this question",
            key=f"sample-{number}",
            icon=":material/north_west:",
            type="tertiary",
            on_click=again.fill,
            args=(sample.question, (info.sha256,)),
            help=app.health(info),
        )
