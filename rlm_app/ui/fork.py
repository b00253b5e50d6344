"""Going on differently from a turn: a new run that shares the turns up to it, at no cost."""

from __future__ import annotations

from typing import Any

import streamlit as st

from rlm_app.build import App
from rlm_app.engine.steps import NOTE
from rlm_app.engine.trajectory import Trajectory
from rlm_app.engine.tree import Turn
from rlm_app.records import RunRecord
from rlm_app.ui import allowing, choice, going_on, notices, safe


def draw(app: App, record: RunRecord, turn: Turn) -> None:
    """Draw, inside an open turn, the form that goes on differently behind it."""
    if not going_on.branches(record) or turn.reply.purpose == "closing":
        return
    number, key = turn.reply.iteration, f"fork-{record.id}-{turn.reply.iteration}"
    fold = st.expander(
        "Go on differently from here", key=key, on_change="rerun", type="compact", icon=":material/alt_route:"
    )
    if not fold.open:
        return
    with fold:
        if any(cell.finished and cell.finished.answer is not None for cell in turn.cells):
            st.caption("This turn handed in the answer. Go on differently from an earlier turn, or ask a follow-up.")
            return
        if _form(app, record, number, key):
            going_on.start(app, record.owner, _fork(app, record, number, key))


def _form(app: App, record: RunRecord, number: int, key: str) -> bool:
    spec, backend = record.spec, choice.named(app, record.spec.backend)
    with st.form(f"{key}-form"):
        shared = "turn 1" if number == 1 else f"turns 1 to {number}"
        st.caption(f"A new run takes {shared} from the record, at no cost, and goes on with what stands here.")
        _left_behind(app.trajectory(record.id, record.owner) or Trajectory(), number)
        st.text_area("Question", value=spec.question, key=f"{key}-question", height=90)
        if backend.reasons:
            left, right = st.columns(2)
            with left:
                _model("Root model", f"{key}-root_model", spec.root_model, backend.root_models)
            with right:
                _model("Sub-model", f"{key}-sub_model", spec.sub_model, backend.sub_models)
        allowing.form(allowing.USUAL, spec.limits, key)
        if backend.reasons:
            with st.expander("System prompt", type="compact", icon=":material/description:"):
                usual = spec.system_prompt or app.prompt_for(spec.root_model).text
                st.text_area("System prompt", value=usual, key=f"{key}-system_prompt", height=260)
        return st.form_submit_button("Start the new run", key=f"{key}-go", icon=":material/alt_route:")


def _left_behind(trajectory: Trajectory, number: int) -> None:
    """Say which notes of a person the new run does without: they were on what came of later turns, and those fall away."""
    notes = later_notes(trajectory, number)
    if notes:
        st.caption(
            f":material/edit_note: Notes added after turn {number} stay behind with the turns they were for. Where one still "
            "holds, put it into the question:"
        )
        st.markdown("\n".join(f"- {safe.label(note)}" for note in notes))


def later_notes(trajectory: Trajectory, number: int) -> list[str]:
    """Return what a person told the model after that turn."""
    found = [notice for turn in trajectory.turns for notice in turn.notices] + trajectory.root.notices
    return [notices.said(notice) for notice in found if notice.topic == NOTE and notice.iteration > number]


def _model(title: str, key: str, now: str, offered: tuple[str, ...]) -> None:
    options = list(dict.fromkeys((now, *offered)))
    st.selectbox(title, options, key=key, accept_new_options=True, help="Another name may be typed")


def _fork(app: App, record: RunRecord, number: int, key: str) -> Any:
    """Return the call that starts the fork with what stands in the form, waiting for the keys."""
    changes = changed(app, record, {name: st.session_state.get(f"{key}-{name}") for name in _TEXTS})
    limits = allowing.read(allowing.USUAL, record.spec.limits, key)
    return lambda keys: app.fork(record.id, record.owner, number, keys, limits=limits, **changes)


_TEXTS = ("question", "root_model", "sub_model", "system_prompt")


def changed(app: App, record: RunRecord, texts: dict[str, str | None]) -> dict[str, str]:
    """Return the fields of the order in which the texts differ; the usual system prompt is no change."""
    usual = {app.prompt_for(record.spec.root_model).text, record.spec.system_prompt}
    given = {name: text.strip() for name, text in texts.items() if text and text.strip()}
    if given.get("system_prompt") in {text.strip() for text in usual if text}:
        given.pop("system_prompt")
    return {name: text for name, text in given.items() if text != getattr(record.spec, name)}
