"""What a process has once: its settings and its app, whatever Streamlit reloads or clears.

Streamlit's own caches will not do: each visitor's browser can ask the server to clear them for everybody, and the app, with
the runs of all, would be closed.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from rlm_app.logs import Errors, set_up
from rlm_app.settings import Settings

_T = TypeVar("_T")
_PLACE = "_rlm_app_once"


def once(name: str, make: Callable[[], _T]) -> _T:
    """Return what this process keeps under `name`, made the first time; others wait. What `make` raises is not kept."""
    lock, kept = _slot(name)
    with lock:
        if name not in kept:
            kept[name] = make()
        value: _T = kept[name]
    return value


def drop(name: str) -> Any:
    """Forget what is kept under `name` and return it, None where there is nothing."""
    lock, kept = _slot(name)
    with lock:
        return kept.pop(name, None)


def settings() -> Settings:
    """Return what the environment and the secrets file said when they were first asked; raise `ConfigError`."""
    return once("settings", Settings.from_environment)


def errors(settings: Settings) -> Errors:
    """Let the process log as `settings` say, once; return what counts its errors. Raises `ConfigError`."""
    return once("errors", lambda: set_up(settings.said.get("log", "")))


def _slot(name: str) -> tuple[threading.Lock, dict[str, Any]]:
    # In `sys`, because Streamlit takes our modules out of the process when a file of theirs has changed.
    slots: dict[str, tuple[threading.Lock, dict[str, Any]]] = vars(sys).setdefault(_PLACE, {})
    return slots.setdefault(name, (threading.Lock(), {}))
