"""API keys a person typed: they live in this browser tab's session on the server and are written nowhere."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from rlm_app.backends import Backend
from rlm_app.build import App

_KEYS = "ui_keys"


def typed() -> Mapping[str, str]:
    """Return the keys typed in this session, by backend name."""
    found: dict[str, str] = st.session_state.setdefault(_KEYS, {})
    return dict(found)


def ready(app: App, backend: Backend) -> bool:
    """Whether a backend has the key it needs, or needs none."""
    return not backend.needs_key or app.key_set(backend) or backend.name in typed()


def field(app: App, backend: Backend, place: str) -> None:
    """Draw a masked field for the key of a backend, or say where its key comes from."""
    if not backend.takes_key:
        st.caption(":material/check: Needs no key.")
    elif backend.name in typed():
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(":green[:material/check: Typed for this session]", width="content")
            st.button("Forget", key=f"{place}-forget-{backend.name}", on_click=_forget, args=(backend.name,))
    else:
        if app.key_set(backend):
            st.caption(f":material/check: {_found(app, backend)}. A key typed here goes first.")
        placeholder = "your own key" if app.settings.shared else f"or set {_variable(backend)}"
        st.text_input(
            f"Key for {backend.title}",
            type="password",
            key=f"{place}-key-{backend.name}",
            placeholder=placeholder,
            help="Kept in memory for this session only; never stored, logged or shown",
            on_change=_take,
            args=(backend.name, f"{place}-key-{backend.name}"),
            autocomplete="off",
        )


def _variable(backend: Backend) -> str:
    names = (backend.key_variable, *backend.other_variables)
    return next((name for name in names if name), "that of the provider, such as MISTRAL_API_KEY")


def _found(app: App, backend: Backend) -> str:
    if app.settings.shared:
        return "The host's key pays, for the models the host lends it for"
    names = (backend.key_variable, *backend.other_variables)
    name = next(name for name in names if app.settings.keys.get(name))
    return f"{name} is set in {'the secrets file' if name in app.settings.in_secrets else 'the environment'}"


def _take(name: str, widget: str) -> None:
    """Move a typed key out of its widget, whose value would be lost on another page."""
    key = str(st.session_state[widget]).strip()
    if key:
        st.session_state.setdefault(_KEYS, {})[name] = key
    st.session_state[widget] = ""


def _forget(name: str) -> None:
    st.session_state.get(_KEYS, {}).pop(name, None)
