"""The Models and prices tab of Settings: what is known of each model, and what a person knows better."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from rlm_app.backends import Backend
from rlm_app.build import App
from rlm_app.models import ENTERED
from rlm_app.prices import ModelInfo, Rates
from rlm_app.ui import choice, facts, safe, shell, trials

_RATES: Mapping[str, str] = {
    "input": "Input",
    "cached_input": "Input from the cache",
    "cache_write": "Input written to the cache",
    "output": "Output",
}
_SIZES: Mapping[str, str] = {"context_window": "Context window", "max_output": "Longest reply"}


def draw(app: App) -> None:
    """Draw the models of one backend with their prices, and the form that changes or adds one."""
    st.subheader("Models and prices", anchor=False)
    st.caption(
        "US dollars per million tokens, from the list that the litellm package carries; what it does not surely know is "
        "left open and shows as unknown. A provider that states the cost of a call itself is believed first."
    )
    backend = _backend(app)
    offered = list(dict.fromkeys((*app.catalogue.offered(shell.owner(), backend), *trials.found(backend.name))))
    models = [_info(app, backend, name) for name in offered]
    table, form = st.columns([3, 2], gap="large")
    with table:
        _table(models)
    with form, st.container(border=True):
        _form(app, backend, offered)


def _backend(app: App) -> Backend:
    backends = [backend for backend in app.backends if backend.reasons]
    now = choice.current(app).backend
    names = [backend.name for backend in backends]
    name = st.selectbox(
        "Backend",
        names,
        index=names.index(now) if now in names else 0,
        format_func=lambda name: choice.named(app, name).title,
        key="models-backend",
    )
    return choice.named(app, str(name))


def _info(app: App, backend: Backend, model: str) -> ModelInfo:
    now = choice.current(app)
    return app.catalogue.info(shell.owner(), backend, model, now.base_url if now.backend == backend.name else "")


def _table(models: list[ModelInfo]) -> None:
    st.dataframe(
        [_row(model) for model in models],
        hide_index=True,
        height=520,
        key="models-table",
        column_config={
            "Window": st.column_config.NumberColumn(format="compact", help="Tokens of a prompt"),
            "Reply": st.column_config.NumberColumn(format="compact", help="Tokens of the longest reply"),
            "In": st.column_config.NumberColumn(format="$%g", help="US dollars per million tokens"),
            "Cached": st.column_config.NumberColumn(format="$%g", help="The same, read from the provider's cache"),
            "Out": st.column_config.NumberColumn(format="$%g", help="US dollars per million tokens"),
            "Retires": st.column_config.TextColumn(help="The day on which its provider takes it away"),
        },
    )


def _row(model: ModelInfo) -> dict[str, Any]:
    return {
        "Model": model.name,
        "Window": model.context_window,
        "In": model.rates.input,
        "Cached": model.rates.cached_input,
        "Out": model.rates.output,
        "Reply": model.max_output,
        "From": model.source or "unknown",
        "Retires": model.retires,
    }


def _form(app: App, backend: Backend, offered: list[str]) -> None:
    st.markdown("**Set a price yourself, or add a model**")
    name = st.selectbox(
        "Model",
        offered,
        index=None,
        key=f"models-name-{backend.name}",
        accept_new_options=True,
        placeholder="Choose one, or type the name of another",
    )
    if not name:
        st.caption("What you enter goes before the list, for every run from then on, and is kept.")
        return
    model = _info(app, backend, name)
    st.caption(safe.label(facts.sentence(model)))
    prefix = f"models-{backend.name}-{name}"
    with st.form(prefix, border=False):
        _numbers(model, prefix)
        st.form_submit_button(
            "Keep", key=f"{prefix}-keep", icon=":material/save:", on_click=_keep, args=(app, backend, name, prefix)
        )
    if model.source == ENTERED:
        st.button(
            "Back to the list",
            key=f"{prefix}-forget",
            icon=":material/undo:",
            on_click=_forget,
            args=(app, backend, name, prefix),
        )


def _numbers(model: ModelInfo, prefix: str) -> None:
    """Draw a field for each number, filled with what is known, empty where nothing is."""
    now = {**{name: getattr(model.rates, name) for name in _RATES}, **{name: getattr(model, name) for name in _SIZES}}
    columns = st.columns(2)
    for spot, (name, title) in enumerate({**_RATES, **_SIZES}.items()):
        key = f"{prefix}-{name}"
        whole = name in _SIZES
        if key not in st.session_state:
            st.session_state[key] = now[name]
        with columns[spot % 2]:
            st.number_input(
                title,
                min_value=1 if whole else 0.0,
                value=None,
                step=1000 if whole else 0.05,
                format="%d" if whole else "%g",
                key=key,
                placeholder="unknown",
                help="Tokens" if whole else "US dollars per million tokens; 0 where it costs nothing",
            )


def _keep(app: App, backend: Backend, name: str, prefix: str) -> None:
    given = {field: st.session_state.get(f"{prefix}-{field}") for field in (*_RATES, *_SIZES)}
    rates = Rates(**{field: given[field] for field in _RATES})
    app.catalogue.enter(
        shell.owner(), backend.name, ModelInfo(name, rates, given["context_window"], given["max_output"], ENTERED)
    )


def _forget(app: App, backend: Backend, name: str, prefix: str) -> None:
    app.catalogue.forget(shell.owner(), backend.name, name)
    for field in (*_RATES, *_SIZES):
        st.session_state.pop(f"{prefix}-{field}", None)
