"""A run that ended early: why, what is saved of it, and how it can go on."""

from __future__ import annotations

import streamlit as st

from rlm_app.build import App
from rlm_app.engine.trajectory import Trajectory
from rlm_app.errors import ReplayDiverged
from rlm_app.records import RunRecord
from rlm_app.types import RunState, Stop
from rlm_app.ui import again, allowing, going_on, left, safe, shell, states, words


def draw(app: App, record: RunRecord, trajectory: Trajectory) -> None:
    """Say above the answer why it may not be the whole one, and offer what can be done about it."""
    going_on.trouble(record)
    match record.state:
        case RunState.FAILED if ReplayDiverged.SIGN in record.error:
            _diverged(app, record)
        case RunState.FAILED:
            _failed(app, record)
        case RunState.INTERRUPTED:
            if record.error:
                st.warning(safe.markdown(record.error), icon=":material/timer_off:")
            else:
                st.warning(
                    _partial("The app was closed while this run was at work", record), icon=":material/power_off:"
                )
            _resume(app, record)
        case RunState.CANCELLED:
            st.info(_partial("You stopped this run", record), icon=":material/cancel:")
            _had_left(trajectory)
            _resume(app, record)
        case RunState.LIMIT:
            reason = states.LIMIT_SENTENCES.get(record.stop or Stop.ITERATIONS, "what it was allowed")
            st.warning(_partial(f"The run used up {reason}", record), icon=":material/speed:")
        case _ if states.nothing_found(record):
            st.info(
                "The documents do not seem to answer this. Below is what was searched.", icon=":material/search_off:"
            )


def _failed(app: App, record: RunRecord) -> None:
    st.error(safe.markdown(record.error or "The run could not go on."), icon=":material/error:")
    if not going_on.resumable(record):
        return
    st.markdown("If a key, an address or a model's name is the cause, mend it in Settings first; then resume.")
    _resume(app, record, settings=True)


def _diverged(app: App, record: RunRecord) -> None:
    """Ask what to do about a run whose code printed something else when it was gone through again."""
    st.warning(safe.markdown(record.error), icon=":material/alt_route:")
    if not going_on.resumable(record):
        return
    _saved(app, record)
    with st.container(horizontal=True):
        st.button(
            "Go on anyway",
            key=f"anyway-{record.id}",
            icon=":material/fast_forward:",
            type="primary",
            help="Keeps the recorded replies although what the code prints is not what it was",
            on_click=going_on.resume,
            args=(app, record),
            kwargs={"strict": False},
        )
        if st.button("Ask again", key=f"anew-{record.id}", icon=":material/replay:", help="Starts from nothing"):
            again.ask_again(record)


def _resume(app: App, record: RunRecord, *, settings: bool = False) -> None:
    if not going_on.resumable(record):
        return
    _saved(app, record)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Resume",
            key=f"resume-{record.id}",
            icon=":material/play_arrow:",
            type="primary",
            help="Goes through what is saved, then on from there",
            on_click=going_on.resume,
            args=(app, record),
        )
        if settings:
            st.page_link(shell.SETTINGS, label="Settings", icon=":material/tune:")


def _saved(app: App, record: RunRecord) -> None:
    st.markdown(f":material/save: {going_on.saved(app, record)}")


def higher(app: App, record: RunRecord) -> None:
    """Draw the small form that lets a run go on which a limit ended; what was known by then stands above it."""
    if record.state is not RunState.LIMIT or not going_on.resumable(record):
        return
    names, prefix = allowing.names_for(record.stop), f"higher-{record.id}"
    raised = allowing.raised(record.spec.limits, record.stop)

    def go_on() -> None:
        going_on.resume(app, record, allowing.read(names, raised, prefix))

    with st.form(prefix, width=620):
        st.markdown("**Continue with a higher limit**")
        st.caption(f"What was used so far counts. {going_on.saved(app, record)}")
        allowing.form(names, raised, prefix)
        st.form_submit_button("Continue", key=f"{prefix}-go", icon=":material/play_arrow:", on_click=go_on)


def _had_left(trajectory: Trajectory) -> None:
    """Say which calls could not be called back, for which a provider may ask money."""
    found = left.lines(trajectory)
    if not found:
        return
    count = words.count(len(left.had_left(trajectory)), "sub-call")
    title = f"{count} had left already and brought no reply: a provider may still charge"
    with st.expander(title, type="compact", icon=":material/outgoing_mail:"):
        st.markdown("\n".join(found))


def _partial(cause: str, record: RunRecord) -> str:
    return f"{cause}. " + (
        "What follows is a **partial answer** from what was known by then."
        if record.answer
        else "It had no answer by then; the timeline shows how far it came."
    )
