"""Pausing a run between its steps: where it stands, a note to the model, the code that runs next, and on."""

from __future__ import annotations

import streamlit as st

from rlm_app.build import App
from rlm_app.records import RunRecord
from rlm_app.types import RunState
from rlm_app.ui import states

_CODE = "paused-code"
"""What the keys of fields for code begin with; the style sheet knows them by it."""


def button(app: App, record: RunRecord) -> None:
    """Draw the button that pauses a run at work, or takes that back; a direct run has nowhere to stand still."""
    steering = app.manager.steering(record.id, record.owner)
    if steering is None or record.spec.mode == "direct":
        return
    if steering.paused and not steering.halted and record.state is RunState.RUNNING:
        st.button(
            "Do not pause",
            key=f"unpause-{record.id}",
            icon=":material/play_circle:",
            help="Takes the pause back: the run goes on without standing still",
            on_click=steering.go_on,
        )
        return
    st.button(
        "Paused" if steering.halted else "Pause",
        key=f"pause-{record.id}",
        icon=":material/pause_circle:",
        disabled=steering.paused or record.state is not RunState.RUNNING,
        help="Stands still before the next reply is asked for, or before its code runs",
        on_click=steering.pause,
    )


def look(app: App, record: RunRecord) -> states.Look:
    """Return how to show the state of a run, one that stands still by request among them."""
    steering = app.manager.steering(record.id, record.owner) if record.state is RunState.RUNNING else None
    return states.PAUSED if steering and steering.halted else states.look_of(record)


def draw(app: App, record: RunRecord) -> bool:
    """Draw where a paused run stands and what can be told it; return whether it is paused."""
    steering = app.manager.steering(record.id, record.owner)
    if steering is None or not steering.paused:
        return False
    halt = steering.halted
    if halt is None:
        st.caption(":shimmer[Pausing: what is under way ends first]")
        return False
    key = f"halt-{record.id}-{halt.turn}-{len(halt.cells)}"

    def go_on(one_step: bool) -> None:
        cells = tuple(st.session_state[f"{_CODE}-{key}-{number}"] for number in range(len(halt.cells)))
        steering.go_on(st.session_state[f"{key}-note"] or "", cells, one_step=one_step)

    with st.form(key):
        where = "before its code runs" if halt.cells else "before the model is asked"
        st.markdown(f":material/pause_circle: **Paused in turn {halt.turn}**, {where}. Nothing is sent meanwhile.")
        for number, code in enumerate(halt.cells):
            name = "Code that runs next" if len(halt.cells) == 1 else f"Code that runs next, block {number + 1}"
            height = min(420, 80 + 22 * code.count("\n"))
            st.text_area(name, value=code, key=f"{_CODE}-{key}-{number}", height=height)
        st.text_area("Note to the model", key=f"{key}-note", height=80, help="Stands in its next prompt")
        st.caption("What you change or write is kept with the run.")
        with st.container(horizontal=True):
            st.form_submit_button(
                "Go on", key=f"{key}-go", type="primary", icon=":material/play_arrow:", on_click=go_on, args=(False,)
            )
            st.form_submit_button(
                "One step", key=f"{key}-step", icon=":material/skip_next:", on_click=go_on, args=(True,)
            )
    return True
