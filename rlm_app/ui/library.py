"""The shelf of the Documents page: every file with its health, the way to read it and to remove it."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from rlm_app.build import App
from rlm_app.types import DocumentInfo
from rlm_app.ui import again, documents, safe, uploads

_CHOSEN = "document"


def draw(app: App, owner: str, found: Mapping[str, DocumentInfo]) -> str:
    """Draw the shelf and return the SHA-256 of the document that is being read, "" without documents."""
    uploads.draw(app, owner)
    documents.wait_for_samples()
    own = {info.sha256 for info in app.documents(owner)}
    chosen = st.query_params.get(_CHOSEN, "")
    chosen = chosen if chosen in found else next(iter(found), "")
    for info in found.values():
        _entry(app, owner, info, mine=info.sha256 in own, open_now=info.sha256 == chosen)
    if not found:
        st.markdown("No documents yet. Add one above.")
    return chosen


def _entry(app: App, owner: str, info: DocumentInfo, *, mine: bool, open_now: bool) -> None:
    with st.container(border=True, gap="xsmall"):
        badge = "" if mine else "  :gray-badge[Sample]"
        st.markdown(f"**{safe.label(info.name)}**{badge}")
        st.caption(safe.label(app.health(info)))
        with st.container(horizontal=True, gap="small"):
            st.button(
                "Reading" if open_now else "Read",
                key=f"read-{info.sha256}",
                icon=":material/menu_book:",
                type="tertiary",
                disabled=open_now,
                on_click=_open,
                args=(info.sha256,),
            )
            if st.button("Ask", key=f"ask-{info.sha256}", icon=":material/edit_note:", type="tertiary"):
                again.choose(info.sha256)
                again.to_ask()
            if mine and st.button("Delete", key=f"remove-{info.sha256}", icon=":material/delete:", type="tertiary"):
                _confirm(app, owner, info)


@st.dialog("Delete this document?", icon=":material/delete:")
def _confirm(app: App, owner: str, info: DocumentInfo) -> None:
    st.markdown(f"**{safe.label(info.name)}** and its text will be removed from the library.")
    st.markdown("Runs that asked it keep their answers and quotes, but can no longer show the passages on their pages.")
    with st.container(horizontal=True):
        if st.button(
            "Delete it",
            key=f"remove-for-good-{info.sha256}",
            type="primary",
            on_click=_delete,
            args=(app, owner, info.sha256),
        ):
            st.rerun()
        if st.button("Keep it", key=f"keep-{info.sha256}"):
            st.rerun()


def _open(sha256: str) -> None:
    st.query_params[_CHOSEN] = sha256


def _delete(app: App, owner: str, sha256: str) -> None:
    app.store.delete_document(sha256, owner)
    documents.forget(sha256)
    st.query_params.pop(_CHOSEN, None)
