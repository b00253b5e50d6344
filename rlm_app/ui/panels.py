"""The panels of the Settings page."""

from __future__ import annotations

import streamlit as st

from rlm_app.backends import Backend
from rlm_app.build import App
from rlm_app.ui import choice, keys, picker, quota, safe, trials


def backends(app: App) -> None:
    """Draw who answers by default, and each backend with its key."""
    left, right = st.columns([2, 3], gap="large")
    with left:
        st.subheader("Who answers next", anchor=False)
        with st.container(border=True):
            picker.backend_and_models(app, "settings")
        if not app.settings.shared:  # what else runs on a server is no matter of its visitors
            trials.find_servers(app, "settings")
    with right:
        st.subheader("All backends", anchor=False)
        with st.grid(2, min_column_width=260):
            for backend in app.backends:
                _backend(app, backend)


def limits(app: App, owner: str) -> None:
    """Draw what a run may use at most, and what a person may."""
    quota.panel(app, owner)
    st.subheader("What a run may use at most", anchor=False)
    st.caption(
        "A limit is a normal end: a tenth of the money and time is kept back so that an answer from what is known "
        "by then still arrives, and it says that a limit ended it."
    )
    with st.container(border=True, width=620):
        picker.limits(app, "settings")
    st.caption(f"Now: {choice.allowance(choice.current(app).limits)}".replace("$", r"\$"))


def _backend(app: App, backend: Backend) -> None:
    with st.container(border=True, height="stretch", gap="xsmall"):
        st.markdown(f"**{safe.label(backend.title)}**")
        st.caption(safe.label(backend.note))
        keys.field(app, backend, "all")
        trials.draw(app, backend, "all")
