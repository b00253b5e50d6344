"""The unobtrusive row that picks backend, models and limits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import streamlit as st

from rlm_app.backends import Backend
from rlm_app.build import App
from rlm_app.errors import ConfigError
from rlm_app.models import address_given, place_of
from rlm_app.ui import allowing, choice, facts, keys, safe, shell, trials


def backend_and_models(app: App, place: str) -> None:
    """Draw the backend with its note, its key, its address and its models."""
    backend = choice.named(app, choice.current(app).backend)
    key = f"{place}-backend"
    st.session_state[key] = backend.name
    st.selectbox(
        "Backend",
        [found.name for found in app.backends],
        format_func=lambda name: choice.named(app, name).title,
        key=key,
        on_change=lambda: choice.pick_backend(app, st.session_state[key]),
        help="Who answers: the offline finder of this app, or a language model",
    )
    st.caption(backend.note)
    if backend.takes_key:
        keys.field(app, backend, place)
    if backend.own_url:
        _address(app, backend, place)
    if "api_version" in backend.options:
        _version(app, place)
    if backend.root_models != backend.sub_models or len(backend.root_models) > 1:
        _models(app, backend, place)


def limits(app: App, place: str) -> None:
    """Draw what a run may use at most."""
    _numbers(app, place, allowing.USUAL)
    with st.expander("Advanced", type="compact", icon=":material/settings:"):
        _numbers(app, place, allowing.ADVANCED)
        _by_depth(app, place)
        _support(app, place)


def _numbers(app: App, place: str, names: Sequence[str]) -> None:
    """Draw fields of limits, two in a row, each taken over as soon as it changes."""
    now, columns = choice.current(app).limits, st.columns(2)
    for spot, name in enumerate(names):
        with columns[spot % 2]:
            key = f"{place}-{name}"
            allowing.number(name, now, key, partial(_take, app, name, key))


def _take(app: App, name: str, key: str) -> None:
    choice.change_limits(app, **{name: allowing.entered(name, key, choice.current(app).limits)})


def _models(app: App, backend: Backend, place: str) -> None:
    now = choice.current(app)
    why = "Plans, writes the code and the answer. Prices are per million tokens. Another name may be typed."
    _model(
        app, backend, f"{place}-root-{backend.name}", "Root model", now.root_model, why, partial(_change, "root_model")
    )
    why = "Reads the parts the code sends it; may be cheaper. Another name may be typed."
    _model(app, backend, f"{place}-sub-{backend.name}", "Sub-model", now.sub_model, why, partial(_change, "sub_model"))
    infos = [app.catalogue.info(shell.owner(), backend, name, now.base_url) for name in (now.root_model, now.sub_model)]
    told = facts.worth_knowing(infos, dt.datetime.now(dt.UTC).date())
    if told:
        st.caption(f":material/info: {safe.label(told)}")


def _by_depth(app: App, place: str) -> None:
    """Draw a model for each depth from 2 on: children that code starts may have one of their own."""
    now = choice.current(app)
    backend = choice.named(app, now.backend)
    if now.limits.depth < 2 or not backend.reasons:
        return
    for depth in range(2, now.limits.depth + 1):
        spot = depth - 2
        model = now.depth_models[spot] if spot < len(now.depth_models) else now.sub_model
        why = f"Serves the calls at depth {depth}; the sub-model, if nothing else is chosen"
        key = f"{place}-depth-{depth}-{backend.name}"
        _model(app, backend, key, f"Model at depth {depth}", model, why, partial(_change_depth, spot))


def _support(app: App, place: str) -> None:
    """Draw whether a sub-model looks at each claim once more; a finder has no sub-model that could."""
    if not choice.named(app, choice.current(app).backend).reasons:
        return
    key = f"{place}-support"
    st.session_state[key] = choice.current(app).support
    st.toggle(
        "Judge each claim by its quotations",
        key=key,
        on_change=lambda: choice.change(app, support=st.session_state[key]),
        help="After the answer the sub-model says of each claim whether its quotations support it: one short call a claim, "
        "within the limits. That a quotation is in the document is checked in any case.",
    )


def _change(name: str, app: App, model: str) -> None:
    choice.change(app, **{name: model})


def _change_depth(spot: int, app: App, model: str) -> None:
    now = choice.current(app)
    filled = [*now.depth_models, *([now.sub_model] * (spot + 1 - len(now.depth_models)))]
    filled[spot] = model
    choice.change(app, depth_models=tuple(filled))


def _model(
    app: App, backend: Backend, key: str, title: str, now: str, why: str, take: Callable[[App, str], None]
) -> None:
    """Draw one model field that can be searched; beside each name stand its window and its price."""
    owner, address = shell.owner(), choice.current(app).base_url
    offered = (*app.catalogue.offered(owner, backend), *trials.found(backend.name), now)

    def changed() -> None:
        model = str(st.session_state[key] or "").strip()
        if model:
            take(app, model)

    st.session_state[key] = now
    st.selectbox(
        title,
        list(dict.fromkeys(offered)),
        format_func=lambda name: facts.label(app.catalogue.info(owner, backend, name, address)),
        key=key,
        on_change=changed,
        accept_new_options=True,
        help=why,
    )


def _address(app: App, backend: Backend, place: str) -> None:
    key = f"{place}-url"
    st.session_state[key] = choice.current(app).base_url

    def changed() -> None:
        typed: Any = st.session_state[key]
        try:
            choice.change(app, base_url=address_given(str(typed or "")))
        except ConfigError as error:
            st.session_state[f"{key}-wrong"] = str(error)

    st.text_input(
        "Address",
        key=key,
        on_change=changed,
        placeholder=f"leave empty for {place_of(backend)}" if backend.is_server else "such as https://…",
        help=f"Where {backend.title} answers",
    )
    if wrong := st.session_state.pop(f"{key}-wrong", ""):
        st.markdown(f":red[:material/close:] {safe.markdown(wrong)}")


def _version(app: App, place: str) -> None:
    key = f"{place}-api-version"
    st.session_state[key] = choice.current(app).api_version
    st.text_input(
        "Version of the interface",
        key=key,
        on_change=lambda: choice.change(app, api_version=str(st.session_state[key] or "").strip()),
        placeholder="leave empty for 2024-10-21",
        help="Azure's api-version, as your resource asks for it",
    )
