"""The unobtrusive row that picks backend, models and limits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from rlm_app.backends import Backend
from rlm_app.build import App
from rlm_app.ui import choice, keys


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
    now = choice.current(app).limits
    left, right = st.columns(2)
    with left:
        _number(app, place, "Turns", "iterations", now.iterations, 1, 200, 1, "Replies of the root model")
        _number(app, place, "Minutes", "seconds", (now.seconds or 600) / 60, 1, 240, 1, "Wall time", 60)
    with right:
        _number(app, place, "Money in US dollars", "cost", now.cost or 1.0, 0.05, 100.0, 0.25, "For all calls together")
        _number(
            app, place, "Sub-calls", "subcalls", now.subcalls or 200, 0, 5000, 10, "Calls that code makes to models"
        )


def _number(
    app: App,
    place: str,
    title: str,
    name: str,
    value: float,
    low: float,
    high: float,
    step: float,
    why: str,
    unit: int = 1,
) -> None:
    """Draw one limit; `unit` is how many of the limit's own units one of the shown ones is."""
    whole = name != "cost"
    kind: Callable[[float], float] = int if whole else float
    _chosen(
        f"{place}-{name}",
        lambda key, changed: st.number_input(
            title,
            min_value=kind(low),
            max_value=kind(high),
            value=kind(value),
            step=kind(step),
            format=None if whole else "%.2f",
            key=key,
            on_change=changed,
            help=why,
        ),
        lambda entered: choice.change_limits(app, **{name: entered * unit}),
    )


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
