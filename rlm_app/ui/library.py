"""The shelf of the Documents page: every file with its health, the way to read it and to remove it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import streamlit as st

from rlm_app.build import App
from rlm_app.types import DocumentInfo
from rlm_app.ui import again, collections, documents, memo, safe, words
from rlm_app.ui.handle import samples_ready

PAGE = 20
_CHOSEN = "document"


def chosen(found: Mapping[str, DocumentInfo]) -> str:
    """Return the SHA-256 of the document that the address names, "" for none of the library."""
    named: str = st.query_params.get(_CHOSEN, "")
    return named if named in found else ""


def astray(found: Mapping[str, DocumentInfo]) -> None:
    """Say so where the address names a document that is not in the library; it may be another's, which is not told."""
    named = st.query_params.get(_CHOSEN, "")
    if named and named not in found and samples_ready().is_set():
        st.warning(
            "The address of this page names a document that is not in your library: it was deleted, it is somebody "
            "else's, or the address is cut short. Choose one of these, or add the file again.",
            icon=":material/search_off:",
        )


def back() -> None:
    """Draw the way from a document back to all of them."""
    st.button(
        "All documents", key="documents-all", icon=":material/arrow_back:", type="tertiary", on_click=_open, args=("",)
    )


def draw(app: App, owner: str, found: Mapping[str, DocumentInfo]) -> None:
    """Draw the shelf; of many documents by page, with a box to search their names."""
    documents.wait_for_samples()
    own = {info.sha256 for info in app.documents(owner)}
    if not found:
        st.markdown("No documents yet. Add one here.")
        return
    found = collections.shelf(app, owner, found)
    shown = matching(found.values(), _search()) if len(found) > PAGE else list(found.values())
    if len(found) > PAGE:
        st.caption(f"{len(shown):,} of {words.count(len(found), 'document')}")
    pages = -(-len(shown) // PAGE)
    page = st.pagination(pages, key=f"documents-page-{pages}") - 1 if pages > 1 else 0
    with st.grid(2, min_column_width=280):
        for info in shown[page * PAGE : (page + 1) * PAGE]:
            _entry(app, owner, info, mine=info.sha256 in own)


def matching(infos: Iterable[DocumentInfo], search: str) -> list[DocumentInfo]:
    """Return the documents whose name holds every word searched for."""
    terms = search.casefold().split()
    return [info for info in infos if all(term in info.name.casefold() for term in terms)]


def _search() -> str:
    found = st.text_input(
        "Search",
        key="documents-search",
        placeholder="words of a document's name",
        icon=":material/search:",
        persist_state="session",
    )
    return found or ""


def _entry(app: App, owner: str, info: DocumentInfo, *, mine: bool) -> None:
    with st.container(border=True, height="stretch", gap="xsmall"):
        badge = "" if mine else "  :gray-badge[Sample]"
        st.markdown(f"**{safe.label(info.name)}**{badge}")
        st.caption(safe.label(app.health(info)))
        with st.container(horizontal=True, gap="small"):
            st.button(
                "Read",
                key=f"read-{info.sha256}",
                icon=":material/menu_book:",
                type="tertiary",
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
    if shared := app.sharing.about(info.sha256, owner):
        st.warning(taken_back(len(shared)), icon=":material/link_off:")
    using = [record for record in app.manager.running(owner) if info.sha256 in record.spec.documents]
    if using:
        st.warning(in_use(len(using)), icon=":material/play_circle:")
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


def in_use(runs: int) -> str:
    """Return what deleting a document means for the runs that are using it."""
    return (
        f"{words.count(runs, 'run')} {'is' if runs == 1 else 'are'} using it now. A run under way goes on with the text it "
        "has; one that is still queued will fail, and none of them can be resumed without the document."
    )


def taken_back(links: int) -> str:
    """Return what deleting a document means for the links to runs about it."""
    return (
        f"{words.count(links, 'link')} you shared {'shows' if links == 1 else 'show'} a run about it, and "
        f"{'is' if links == 1 else 'are'} taken back with it."
    )


def _open(sha256: str) -> None:
    if sha256:
        st.query_params[_CHOSEN] = sha256
    else:
        st.query_params.pop(_CHOSEN, None)


def _delete(app: App, owner: str, sha256: str) -> None:
    app.shelf.delete(sha256, owner)
    memo.ours().forget(owner)
    st.query_params.pop(_CHOSEN, None)
