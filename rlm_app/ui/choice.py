"""Which backend, models, environment and limits the next run gets: kept for the session, changed on two pages."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import streamlit as st

from rlm_app.backends import Backend
from rlm_app.build import App
from rlm_app.types import Limits
from rlm_app.ui import keys, words

_CHOICE = "ui_choice"


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person picked beside the question and the documents."""

    backend: str
    root_model: str
    sub_model: str
    environment: str = "local"
    base_url: str = ""
    mode: str = "rlm"
    system_prompt: str | None = None
    limits: Limits = field(default_factory=lambda: Limits(iterations=20, seconds=600.0, cost=1.0, subcalls=200))


def current(app: App) -> Choice:
    """Return the session's choice; at first a backend that works without a key."""
    found: Choice | None = st.session_state.get(_CHOICE)
    return found or _of(app.backends[0])


def change(app: App, **changes: Any) -> None:
    """Change parts of the session's choice."""
    st.session_state[_CHOICE] = replace(current(app), **changes)


def change_limits(app: App, **changes: Any) -> None:
    """Change some of the limits."""
    change(app, limits=replace(current(app).limits, **changes))


def pick_backend(app: App, name: str) -> None:
    """Take another backend, with the models it offers first."""
    backend = named(app, name)
    usual = _of(backend)
    change(app, backend=name, root_model=usual.root_model, sub_model=usual.sub_model, base_url="")


def named(app: App, name: str) -> Backend:
    """Return the backend of that name, or the first one."""
    return next((backend for backend in app.backends if backend.name == name), app.backends[0])


def sentence(app: App) -> str:
    """Return the choice in one line: backend, models, what it may use at most."""
    choice = current(app)
    backend = named(app, choice.backend)
    models = "" if len(backend.root_models) == 1 else f" · {choice.root_model}"
    missing = "" if keys.ready(app, backend) else " · needs a key"
    own = " · your own prompt" if choice.system_prompt and backend.reasons and choice.mode == "rlm" else ""
    return f"{backend.title}{models}{missing}{own} · at most {allowance(choice.limits)}"


def allowance(limits: Limits) -> str:
    """Return what a run may use: turns, money, time, sub-calls."""
    parts = [words.count(limits.iterations, "turn")]
    if limits.cost is not None:
        parts.append(words.money(limits.cost))
    if limits.seconds is not None:
        parts.append(f"{limits.seconds / 60:g} min")
    if limits.subcalls is not None:
        parts.append(words.count(limits.subcalls, "sub-call"))
    return ", ".join(parts)


def _of(backend: Backend) -> Choice:
    return Choice(backend.name, backend.root_models[0], backend.sub_models[0])
