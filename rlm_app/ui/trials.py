"""The Test button of a backend: asks the provider for its models, and says yes with how long it took, or why not."""

from __future__ import annotations

import streamlit as st

from rlm_app.backends import Backend
from rlm_app.build import App
from rlm_app.trials import Found, Outcome, Trial, can_be_tried, servers_here
from rlm_app.ui import choice, keys, safe, words

_TRIALS = "ui_trials"
_SEARCH = "ui_search"
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
    options = choice.options(app, choice.usual(app, backend.name))
    _trials()[backend.name] = app.trial(backend, options, keys.typed())


def find_servers(app: App, place: str) -> None:
    """Draw the button that looks for servers on this machine, and what was found, each ready to be used.

    A shared app has none: its machine is not its visitors'.
    """
    if app.settings.shared:
        return
    st.button(
        "Find servers on this machine",
        key=f"{place}-find-servers",
        icon=":material/lan:",
        on_click=lambda: st.session_state.update({_SEARCH: servers_here()}),
        help="Asks at the usual places of Ollama, LM Studio, vLLM and llama.cpp",
    )
    search: Trial[Found] | None = st.session_state.get(_SEARCH)
    if search is None:
        return
    live = search.outcome is None

    def body() -> None:
        outcome = search.outcome
        if live and outcome is not None:
            st.rerun()
        if outcome is None:
            st.caption(":shimmer[Looking for servers]")
        elif not outcome.found:
            st.caption(
                "No server answers at the usual places. Start one, or give its address under *Who answers next*."
            )
        for server in outcome.found if outcome else ():
            _server(app, server, place)

    # A click inside a fragment draws the fragment alone anew, and "Use" changes the page around it.
    (st.fragment(body, run_every=_EVERY) if live else body)()


def _server(app: App, server: Found, place: str) -> None:
    known = next((backend for backend in app.backends if backend.is_server and backend.name == server.name), None)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        title = known.title if known else server.name
        count = words.count(len(server.models), "model")
        st.markdown(f":green[:material/check:] **{safe.label(title)}** · {count}", width="content")
        if known and server.models:
            st.button("Use", key=f"{place}-use-{server.name}", on_click=_use, args=(app, server))


def _use(app: App, server: Found) -> None:
    """Take a server with models that it has: those used there last, where it still has them."""
    choice.pick_backend(app, server.name)
    now = choice.current(app)
    have = {name: model for name in ("root_model", "sub_model") if (model := getattr(now, name)) in server.models}
    choice.change(app, **{name: have.get(name, server.models[0]) for name in ("root_model", "sub_model")})


def found(backend: str) -> tuple[str, ...]:
    """Return the models that the last test of a backend, or the search on this machine, found."""
    trial, search = _trials().get(backend), st.session_state.get(_SEARCH)
    tested = trial.outcome if trial else None
    sought = search.outcome if search else None
    here = (model for server in (sought.found if sought else ()) if server.name == backend for model in server.models)
    return (*(tested.found if tested else ()), *here)


def _outcome(outcome: Outcome[str] | None) -> None:
    if outcome is None:
        st.caption(":shimmer[Asking the provider]")
    elif outcome.problem:
        st.markdown(f":red[:material/close:] {safe.markdown(outcome.problem)}")
    else:
        count = words.count(len(outcome.found), "model")
        st.markdown(f":green[:material/check: It answers: {count} in {words.duration(outcome.seconds)}]")
        shown = ", ".join(safe.label(model) for model in outcome.found[:_SHOWN])
        more = len(outcome.found) - _SHOWN
        st.caption(f"{shown}{f' and {more:,} more' if more > 0 else ''}")


def _trials() -> dict[str, Trial[str]]:
    held: dict[str, Trial[str]] = st.session_state.setdefault(_TRIALS, {})
    return held
