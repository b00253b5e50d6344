"""What is stored of whoever is looking, where it is, who can see it, and the way to have all of it deleted."""

from __future__ import annotations

import streamlit as st

from rlm_app.build import App
from rlm_app.errors import StoreError
from rlm_app.ui import backups, identity, memo, safe, share_links, words

_WORD = "delete"
_TROUBLE = "ui_forget_trouble"


def draw(app: App, owner: str) -> None:
    """Draw what is stored and where, and the way to delete all of it."""
    runs, documents = app.store.runs(owner, 100_000), app.documents(owner)
    st.subheader("What is stored", anchor=False)
    held = f"{words.count(len(runs), 'run')} and the text of {words.count(len(documents), 'document')}"
    if app.settings.shared:
        _on_a_server(held, owner)
    else:
        st.markdown(
            f"{held}, in one file on the machine that runs this app, with your choices, profiles and prices. The uploaded "
            "files lie beside it, for pictures of their pages; API keys are never kept."
        )
        st.code(str(app.settings.data_file), language=None)
        st.caption("Set RLM_APP_HOME before starting the app to keep it elsewhere.")
    backups.panel(app, owner)
    share_links.panel(app, owner)
    st.subheader("Delete", anchor=False)
    if sentence := st.session_state.pop(_TROUBLE, ""):
        st.error(safe.markdown(sentence), icon=":material/error:")
    if st.button("Delete everything", icon=":material/delete_forever:", key="forget"):
        _confirm(app, owner, len(runs), len(documents))


def _on_a_server(held: str, owner: str) -> None:
    """Draw who can see a workspace in a shared app, and how it is found again."""
    st.markdown(
        f"{held}, with the uploaded files, your choices, profiles and prices, on the server of this app. Nobody else who "
        "uses it can see them; who runs the server can. API keys are never kept."
    )
    st.caption(
        f"Your workspace is called `{owner}` there: tell that to who runs the server if they are to save or restore it."
    )
    name = identity.signed_in()
    if name:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"Signed in as **{safe.label(name)}**.", width="content")
            st.button(identity.SIGN_OUT, key="sign-out", icon=":material/logout:", on_click=st.logout)
        return
    st.info(
        "This browser is the only key to your workspace. Another browser, a private window or cleared site data begins an "
        "empty one, and everybody who uses this browser finds yours.",
        icon=":material/key:",
    )


@st.dialog("Delete everything?", icon=":material/delete_forever:")
def _confirm(app: App, owner: str, runs: int, documents: int) -> None:
    st.markdown(
        f"This removes **{words.count(runs, 'run')}** and **{words.count(documents, 'document')}**, with grids, uploaded "
        "files and settings, for good: it cannot be undone."
    )
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
    """Remove all of the owner's, here and in this tab's memory; what stands in the way is said on the page."""
    try:
        app.forget(owner)
    except StoreError as error:
        st.session_state[_TROUBLE] = str(error)
        return
    memo.ours().forget(owner)
    for name in [name for name in st.session_state if str(name).startswith("ui_")]:
        del st.session_state[name]
