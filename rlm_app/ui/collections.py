"""Named sets of documents: made and changed on the Documents page, picked on the Ask page."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from rlm_app.build import App
from rlm_app.errors import StoreError
from rlm_app.types import DocumentInfo
from rlm_app.ui import again, naming, safe, words

_SHOWN = "documents-collection"
_PICKED = "ask-collection"
_NEW = "new-collection"


def shelf(app: App, owner: str, found: Mapping[str, DocumentInfo]) -> dict[str, DocumentInfo]:
    """Draw which collection is shown and the ways to make and to change one; return its documents, else all."""
    kept = app.shelf.collections(owner)
    if st.session_state.get(_SHOWN) not in kept:
        st.session_state[_SHOWN] = None
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        name = None
        if kept:
            name = st.selectbox(
                "Collection",
                list(kept),
                index=None,
                key=_SHOWN,
                placeholder="All documents",
                format_func=lambda each: f"{safe.unmarked(each)} ({len(kept[each])})",
                persist_state="session",
                width=320,
            )
        with st.popover("New collection", icon=":material/create_new_folder:", type="tertiary"):
            _edit(app, owner, found, "", ())
        if name:
            with st.popover("Change it", icon=":material/edit:", type="tertiary", key=f"change-{name}"):
                _edit(app, owner, found, name, kept[name])
    return {each: found[each] for each in kept[name] if each in found} if name else dict(found)


def offer(app: App, owner: str, known: Mapping[str, DocumentInfo]) -> None:
    """Draw the collections to ask; picking one chooses its documents in the form. Nothing where there are none."""
    kept = {name: [each for each in members if each in known] for name, members in app.shelf.collections(owner).items()}
    names = [name for name, members in kept.items() if members]
    if names:
        st.pills(
            "Collections",
            names,
            key=_PICKED,
            format_func=lambda name: f"{safe.label(name)} ({len(kept[name])})",
            on_change=_choose,
            args=(kept,),
            help="Chooses the documents of the collection",
        )


def _choose(kept: Mapping[str, list[str]]) -> None:
    name: str | None = st.session_state.get(_PICKED)
    st.session_state[_PICKED] = None
    if name is not None and name in kept:
        st.session_state[again.CHOSEN] = list(kept[name])


def _edit(app: App, owner: str, found: Mapping[str, DocumentInfo], was: str, members: tuple[str, ...]) -> None:
    """Draw the form of one collection; `was` is its name, "" for a new one."""
    place = was or _NEW
    with st.form(f"collection-{place}", border=False, clear_on_submit=not was):
        name = st.text_input("Name", value=was, key=f"collection-name-{place}", max_chars=80)
        names = naming.of_documents(found)
        chosen = st.multiselect(
            "Documents",
            list(found),
            default=[each for each in members if each in found],
            format_func=names.__getitem__,
            key=f"collection-documents-{place}",
        )
        with st.container(horizontal=True):
            save = st.form_submit_button("Save", type="primary")
            drop = bool(was) and st.form_submit_button("Delete the collection", type="tertiary")
    if was:
        st.caption(f"Deleting it leaves its {words.count(len(members), 'document')} where they are.")
    if save and not name.strip():
        st.error("Give it a name.")
    elif save or drop:
        _keep(app, owner, was, "" if drop else name, chosen)


def _keep(app: App, owner: str, was: str, name: str, chosen: list[str]) -> None:
    try:
        if name:
            app.shelf.keep_collection(owner, name, chosen, was=was)
        else:
            app.shelf.delete_collection(owner, was)
    except StoreError as error:
        st.error(safe.markdown(str(error)))
        return
    st.rerun()
