"""Which backend, models, environment and limits the next run gets: one choice for all pages, found again after a restart."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import streamlit as st

from rlm_app import registry
from rlm_app.backends import Backend
from rlm_app.build import App
from rlm_app.building import build
from rlm_app.checks import check_limits
from rlm_app.errors import ConfigError
from rlm_app.types import Limits
from rlm_app.ui import keys, shell, words
from rlm_app.ui.allowing import MOST_TURNS

_CHOICE = "ui_choice"
_MODELS = "ui_choice_models"
_KEPT = "choice"
MODES = ("rlm", "direct")
_OF_BACKEND = ("root_model", "sub_model", "depth_models", "base_url", "api_version")


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person picked beside the question and the documents; `depth_models` serve depth 2, 3, …

    With `support` a sub-model judges each claim of the answer by its quotations.
    """

    backend: str
    root_model: str
    sub_model: str
    environment: str = "local"
    base_url: str = ""
    api_version: str = ""
    mode: str = "rlm"
    system_prompt: str | None = None
    depth_models: tuple[str, ...] = ()
    support: bool = False
    limits: Limits = field(default_factory=lambda: Limits(iterations=20, seconds=600.0, cost=1.0, subcalls=200))


def current(app: App) -> Choice:
    """Return what is picked: in this session, else what was picked last, else a backend that works without a key."""
    if _CHOICE not in st.session_state:
        kept = app.store.preference(shell.owner(), _KEPT) or {}
        st.session_state[_MODELS] = _table(kept.get("models"))
        st.session_state[_CHOICE] = from_json(app, _table(kept.get("now"))) or _of(app.backends[0])
    found: Choice = st.session_state[_CHOICE]
    return found


def change(app: App, **changes: Any) -> None:
    """Change parts of the choice, and keep it."""
    take(app, replace(current(app), **changes))


def take(app: App, choice: Choice) -> None:
    """Take a whole choice, and keep it; the system prompt is kept for the session alone."""
    current(app)
    used = {name: getattr(choice, name) for name in _OF_BACKEND}
    st.session_state[_CHOICE] = choice
    st.session_state[_MODELS] = {**st.session_state[_MODELS], choice.backend: used}
    kept = {"now": to_json(choice), "models": st.session_state[_MODELS]}
    app.store.keep_preference(shell.owner(), _KEPT, kept)


def change_limits(app: App, **changes: Any) -> None:
    """Change some of the limits."""
    change(app, limits=replace(current(app).limits, **changes))


def pick_backend(app: App, name: str) -> None:
    """Take another backend, with the models used there last, or those it offers first."""
    picked = usual(app, name)
    change(app, backend=name, **{key: getattr(picked, key) for key in _OF_BACKEND})


def usual(app: App, name: str) -> Choice:
    """Return the usual choice for a backend: the models used there last, or those it offers first."""
    current(app)
    used = st.session_state[_MODELS].get(name)
    kept = {key: used[key] for key in _OF_BACKEND if key in used} if isinstance(used, dict) else {}
    return from_json(app, {"backend": name, **kept}) or _of(named(app, name))


def named(app: App, name: str) -> Backend:
    """Return the backend of that name, or the first one."""
    return next((backend for backend in app.backends if backend.name == name), app.backends[0])


def options(app: App, choice: Choice) -> dict[str, str]:
    """Return what a run is told beside models and limits: where the backend answers, and what else its client knows."""
    given = {"base_url": choice.base_url}
    if "api_version" in named(app, choice.backend).options:
        given["api_version"] = choice.api_version
    return {name: value for name, value in given.items() if value}


def sentence(app: App) -> str:
    """Return the choice in one line: backend, models, what it may use at most."""
    choice = current(app)
    backend = named(app, choice.backend)
    models = "" if len(backend.root_models) == 1 else f" · {choice.root_model}"
    missing = "" if keys.ready(app, backend) else " · needs a key"
    own = " · your own prompt" if choice.system_prompt and backend.reasons and choice.mode == "rlm" else ""
    return f"{backend.title}{models}{missing}{own} · {allowance(choice.limits)}"


def allowance(limits: Limits) -> str:
    """Return what a run may use, as a sentence's end: turns, money, time, sub-calls."""
    parts = [words.count(limits.iterations, "turn")] if limits.iterations < MOST_TURNS else []
    if limits.cost is not None:
        parts.append(words.money(limits.cost))
    if limits.seconds is not None:
        parts.append(f"{limits.seconds / 60:g} min")
    if limits.subcalls is not None:
        parts.append(words.count(limits.subcalls, "sub-call"))
    if limits.tokens is not None:
        parts.append(f"{words.short(limits.tokens)} tokens")
    return f"at most {', '.join(parts)}" if parts else "no limit"


def to_json(choice: Choice) -> dict[str, Any]:
    """Return a choice as values that can be kept, without the system prompt."""
    return {name: value for name, value in dataclasses.asdict(choice).items() if name != "system_prompt"}


def from_json(app: App, row: Mapping[str, Any]) -> Choice | None:
    """Return the choice that `to_json` gave; unknown names are left.

    None where its backend is not offered (any more), or where it is no choice, as a backup from elsewhere may hold one.
    """
    if row.get("backend") not in [backend.name for backend in app.backends]:
        return None
    first = to_json(_of(named(app, row["backend"])))
    try:
        found: Choice = build(Choice, {**first, **row, "limits": {**first["limits"], **row.get("limits", {})}})
        check_limits(found.limits)
    except (KeyError, TypeError, ValueError, ConfigError):
        return None
    if found.mode not in MODES:
        return None
    known = found.environment in registry.ENVIRONMENTS
    return replace(found, system_prompt=None, environment=found.environment if known else first["environment"])


def _table(value: Any) -> dict[str, Any]:
    """Return a value that was kept as a table, an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def _of(backend: Backend) -> Choice:
    return Choice(backend.name, backend.root_models[0], backend.sub_models[0])
