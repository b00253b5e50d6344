"""The unobtrusive row that picks backend, models and limits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import streamlit as st

from rlm_app.backends import Backend
from rlm_app.build import App
from rlm_app.ui import allowing, choice, keys


def backend_and_models(app: App, place: str) -> None:
    """Draw the backend with its note, its key, its address and its models."""
    now = choice.current(app)
    backend = choice.named(app, now.backend)
    names = [found.name for found in app.backends]
    _chosen(
        f"{place}-backend",
        lambda key, changed: st.selectbox(
            "Backend",
            names,
            index=names.index(backend.name),
            format_func=lambda name: choice.named(app, name).title,
            key=key,
            on_change=changed,
            help="Who answers: the offline finder of this app, or a language model",
        ),
        lambda name: choice.pick_backend(app, name),
    )
    st.caption(backend.note)
    if backend.needs_key:
        keys.field(app, backend, place)
    if backend.own_url:
        _address(app, backend, place)
    if backend.root_models != backend.sub_models or len(backend.root_models) > 1:
        _models(app, backend, place)


def limits(app: App, place: str) -> None:
    """Draw what a run may use at most."""
    _numbers(app, place, allowing.USUAL)
    with st.expander("Advanced", type="compact", icon=":material/settings:"):
        _numbers(app, place, allowing.ADVANCED)


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
    why = "Plans, writes the code and the answer"
    _model(app, f"{place}-root-{backend.name}", "Root model", "root_model", (*backend.root_models, now.root_model), why)
    why = "Reads the parts the code sends it; may be cheaper"
    _model(app, f"{place}-sub-{backend.name}", "Sub-model", "sub_model", (*backend.sub_models, now.sub_model), why)


def _model(app: App, key: str, title: str, name: str, offered: tuple[str, ...], why: str) -> None:
    """Draw one model field; the last of `offered` is the one in use, and any other name may be typed."""
    options = list(dict.fromkeys(offered))
    _chosen(
        key,
        lambda key, changed: st.selectbox(
            title,
            options,
            index=options.index(offered[-1]),
            key=key,
            on_change=changed,
            accept_new_options=True,
            help=why,
        ),
        lambda model: choice.change(app, **{name: model}) if model else None,
    )


def _address(app: App, backend: Backend, place: str) -> None:
    _chosen(
        f"{place}-url",
        lambda key, changed: st.text_input(
            "Address",
            value=choice.current(app).base_url,
            key=key,
            on_change=changed,
            placeholder="leave empty for the usual one, such as http://localhost:11434/v1",
            help=f"Where {backend.title} answers",
        ),
        lambda url: choice.change(app, base_url=url.strip()),
    )


def _chosen(key: str, draw: Callable[..., Any], take: Callable[[Any], Any]) -> None:
    """Draw a widget that hands its new value to `take` before the page is drawn again."""
    draw(key, lambda: take(st.session_state[key]))
