"""The Test button of a backend: asks the provider for its models, and says yes with how long it took, or why not."""

from __future__ import annotations

import streamlit as st

from rlm_app.backends import Backend
from rlm_app.build import App
from rlm_app.trials import Outcome, Trial, can_be_tried
from rlm_app.ui import choice, keys, safe, words

_TRIALS = "ui_trials"
_EVERY = 0.4
_SHOWN = 12


def draw(app: App, backend: Backend, place: str) -> None:
    """Draw the button and what came of it last."""
    if not can_be_tried(backend):
        return
    trial = _trials().get(backend.name)
    st.button(
        "Test",
        key=f"{place}-test-{backend.name}",
        icon=":material/network_check:",
        on_click=start,
        args=(app, backend),
        disabled=trial is not None and trial.outcome is None,
        help="Asks the provider which models there are; costs nothing",
    )
    if trial is None:
        return
    live = trial.outcome is None

    def body() -> None:
        outcome = trial.outcome
        if live and outcome is not None:
            st.rerun()
        _outcome(outcome)

    st.fragment(body, run_every=_EVERY if live else None)()


def start(app: App, backend: Backend) -> None:
    """Begin to ask a provider, at the address and with the key that a run would use."""
    _trials()[backend.name] = app.trial(backend, choice.usual(app, backend.name).base_url, keys.typed())


def find_servers(app: App, place: str) -> None:
    """Draw the button that asks every server one may run on this machine at once."""
    own = [backend for backend in app.backends if backend.is_server]

    def ask() -> None:
        for backend in own:
            start(app, backend)

    st.button(
        "Find servers on this machine",
        key=f"{place}-find-servers",
        icon=":material/lan:",
        on_click=ask,
        help=f"Asks at the usual places: {', '.join(backend.title for backend in own)}",
    )


def found(backend: str) -> tuple[str, ...]:
    """Return the models that the last test of a backend found."""
    trial = _trials().get(backend)
    outcome = trial.outcome if trial else None
    return outcome.models if outcome else ()


def forget(backend: str) -> None:
    """Let go of what was found with a key that is gone."""
    _trials().pop(backend, None)


def _outcome(outcome: Outcome | None) -> None:
    if outcome is None:
        st.caption(":shimmer[Asking the provider]")
    elif outcome.problem:
        st.markdown(f":red[:material/close:] {safe.markdown(outcome.problem)}")
    else:
        count = words.count(len(outcome.models), "model")
        st.markdown(f":green[:material/check: It answers: {count} in {words.duration(outcome.seconds)}]")
        shown = ", ".join(safe.label(model) for model in outcome.models[:_SHOWN])
        more = len(outcome.models) - _SHOWN
        st.caption(f"{shown}{f' and {more:,} more' if more > 0 else ''}")


def _trials() -> dict[str, Trial]:
    held: dict[str, Trial] = st.session_state.setdefault(_TRIALS, {})
    return held
