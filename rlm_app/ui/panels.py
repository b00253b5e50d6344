"""The panels of the Settings page."""

from __future__ import annotations

import streamlit as st

from rlm_app.backends import Backend
from rlm_app.build import App
from rlm_app.ui import choice, keys, picker, safe, trials, words

_WORD = "delete"


def backends(app: App) -> None:
    """Draw who answers by default, and each backend with its key."""
    left, right = st.columns([2, 3], gap="large")
    with left:
        st.subheader("Who answers next", anchor=False)
        with st.container(border=True):
            picker.backend_and_models(app, "settings")
        trials.find_servers(app, "settings")
    with right:
        st.subheader("All backends", anchor=False)
        with st.grid(2, min_column_width=260):
            for backend in app.backends:
                _backend(app, backend)


def limits(app: App) -> None:
    """Draw what a run may use at most."""
    st.subheader("What a run may use at most", anchor=False)
    st.caption(
        "A limit is a normal end: a tenth of the money and time is kept back so that an answer from what is known "
        "by then still arrives, and it says that a limit ended it."
    )
    with st.container(border=True, width=620):
        picker.limits(app, "settings")
    st.caption(f"Now: {choice.allowance(choice.current(app).limits)}".replace("$", r"\$"))


def data(app: App, owner: str) -> None:
    """Draw what is stored and where, and the way to delete all of it."""
    runs, documents = app.store.runs(owner, 100_000), app.documents(owner)
    st.subheader("What is stored", anchor=False)
    st.markdown(
        f"{words.count(len(runs), 'run')} and the text of {words.count(len(documents), 'document')}, in one file on the "
        "machine that runs this app, with your choices, profiles and prices. Uploaded files themselves are not kept; API "
        "keys never are."
    )
    st.code(str(app.settings.data_file), language=None)
    st.caption("Set RLM_APP_HOME before starting the app to keep it elsewhere.")
    if st.button("Delete everything", icon=":material/delete_forever:", disabled=not runs and not documents):
        _confirm(app, owner, len(runs), len(documents))


@st.dialog("Delete everything?", icon=":material/delete_forever:")
def _confirm(app: App, owner: str, runs: int, documents: int) -> None:
    st.markdown(f"This removes **{words.count(runs, 'run')}** and **{words.count(documents, 'document')}** for good.")
    typed = st.text_input(f"Type “{_WORD}” to go on", key="delete-everything-word", live=True)
    with st.container(horizontal=True):
        if st.button(
            "Delete everything for good",
            key="delete-everything",
            type="primary",
            disabled=(typed or "").strip().lower() != _WORD,
            on_click=delete_everything,
            args=(app, owner),
        ):
            st.rerun()
        if st.button("Keep everything", key="keep-everything"):
            st.rerun()


def delete_everything(app: App, owner: str) -> None:
    """Stop the owner's runs and remove all their runs and documents, and what they set."""
    for record in app.store.runs(owner, 100_000):
        app.manager.delete(record.id, owner)
    for info in app.documents(owner):
        app.shelf.delete(info.sha256, owner)
    for name in ("choice", "profiles", "collections", "sql"):
        app.store.keep_preference(owner, name, None)
    app.catalogue.forget_all(owner)
    st.session_state.pop("ui_texts", None)


def _backend(app: App, backend: Backend) -> None:
    with st.container(border=True, height="stretch", gap="xsmall"):
        st.markdown(f"**{safe.label(backend.title)}**")
        st.caption(safe.label(backend.note))
        keys.field(app, backend, "all")
        trials.draw(app, backend, "all")
