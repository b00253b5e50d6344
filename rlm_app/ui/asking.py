"""The form of the Ask page: the question, the documents it is asked of, and the button that starts a run."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from rlm_app.build import App
from rlm_app.records import RunSpec
from rlm_app.types import DocumentInfo
from rlm_app.ui import (
    again,
    choice,
    collections,
    consent,
    documents,
    environments,
    estimating,
    keys,
    mode,
    naming,
    picker,
    profiles,
    quota,
    safe,
)


def draw(app: App, owner: str, *, reading: bool) -> DeltaGenerator:
    """Draw the form and start the run it asks for; `reading` holds it shut. Return where to say how far that is."""
    library = documents.library(app, owner)
    again.settle(library)
    with st.container(border=True):
        collections.offer(app, owner, library)
        chosen = _documents(app, library)
        work = estimating.work_of(app, [library[sha256] for sha256 in chosen])
        past = estimating.past(app, list(library.values())) if chosen else []
        mode.draw(app, work, past)
        question, asked = _question(reading)
        estimating.draw(work, past)
        progress = st.empty()
    profiles.pick(app, "ask")
    _settings_row(app)
    quota.paying(app, owner, order(app, question, chosen))
    if asked:
        _start(app, owner, question, chosen)
    return progress


def _question(reading: bool) -> tuple[str, bool]:
    with st.form("ask", border=False):
        question = st.text_area(
            "Question",
            key=again.QUESTION,
            height=120,
            placeholder="For example: Which notice period applies if the supplier ends the contract?",
            help="Ask in your own words. Ctrl+Enter asks.",
            persist_state="session",
        )
        asked = st.form_submit_button(
            "Ask", type="primary", icon=":material/arrow_forward:", icon_position="right", disabled=reading
        )
    return question or "", asked


def _documents(app: App, library: Mapping[str, DocumentInfo]) -> list[str]:
    """Draw which documents are asked, outside the form: what suits them is said as soon as they are chosen."""
    names = naming.of_documents(library)
    chosen = st.multiselect(
        "Documents",
        list(library),
        format_func=lambda sha256: names.get(sha256, naming.GONE),
        key=again.CHOSEN,
        placeholder="Choose one or more, or add files",
        help="The question is asked of these documents together",
        persist_state="session",
    )
    _chosen_health(app, [library[sha256] for sha256 in chosen])
    return chosen


def order(app: App, question: str, chosen: list[str]) -> RunSpec:
    """Return the order for a run with the session's choice of backend, models and limits."""
    picked = choice.current(app)
    reasons = choice.named(app, picked.backend).reasons
    way = picked.mode if reasons else "rlm"
    return RunSpec(
        question=question.strip(),
        documents=tuple(chosen),
        backend=picked.backend,
        root_model=picked.root_model,
        sub_model=picked.sub_model,
        environment=picked.environment,
        limits=picked.limits,
        mode=way,
        depth_models=picked.depth_models[: max(0, picked.limits.depth - 1)] if reasons else (),
        system_prompt=picked.system_prompt if reasons and way == "rlm" else None,
        options=choice.options(app, picked),
        support=picked.support and reasons,
    )


def _start(app: App, owner: str, question: str, chosen: list[str]) -> None:
    wanted = order(app, question, chosen)
    consent.begin(app, owner, lambda: app.start(wanted, owner, keys.typed()))


def _settings_row(app: App) -> None:
    """Draw one quiet line that says who answers and for how much, and opens to change it."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        with st.popover("Backend and limits", icon=":material/tune:", type="tertiary"):
            picker.backend_and_models(app, "ask")
            environments.pick(app, "ask")
            picker.limits(app, "ask")
        st.caption(safe.label(choice.sentence(app)), width="content")


def _chosen_health(app: App, infos: list[DocumentInfo]) -> None:
    with st.container(gap=None, key=f"{documents.FILED}chosen"):
        for info in infos:
            st.caption(f":material/description: {safe.label(info.name)} · {safe.label(app.health(info))}")
