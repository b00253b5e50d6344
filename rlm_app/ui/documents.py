"""Which documents a person can choose from: their own and the bundled ones."""

from __future__ import annotations

import sys
from collections.abc import Container, Mapping

import streamlit as st

from rlm_app.build import App
from rlm_app.records import RunRecord
from rlm_app.types import Document, DocumentInfo
from rlm_app.ui import memo, safe, shell, words
from rlm_app.ui.handle import samples_ready

FILED = "filed_"
"""What the keys of places begin with where each paragraph is a sign and a document's name, which may be long; for the style
sheet."""


def library(app: App, owner: str) -> dict[str, DocumentInfo]:
    """Return the owner's documents, newest first, then the bundled ones once they are read in, by SHA-256."""
    found = {info.sha256: info for info in app.documents(owner)}
    for info in samples(app):
        found.setdefault(info.sha256, info)
    return found


def brief(app: App, found: Mapping[str, DocumentInfo], leave_out: Container[str], limit: int = 5) -> None:
    """Draw the newest documents with their health in a few lines, and the way to all of them."""
    shown = [info for info in found.values() if info.sha256 not in leave_out][:limit]
    bundled = {info.sha256 for info in samples(app)}
    with st.container(key=f"{FILED}brief"):
        for info in shown:
            badge = " :gray-badge[Sample]" if info.sha256 in bundled else ""
            about = f":gray[:small[{safe.label(app.health(info))}]]"
            st.markdown(f":gray[:material/description:] {safe.label(info.name)}{badge}  \n{about}")
    if found:
        st.page_link(shell.DOCUMENTS, label=f"All {words.count(len(found), 'document')}", icon=":material/folder_open:")


def samples(app: App) -> tuple[DocumentInfo, ...]:
    """Return the bundled documents, none while they are still being read in."""
    return app.samples() if samples_ready().is_set() else ()


def wait_for_samples() -> None:
    """While the bundled documents are being read in, say so, and draw the page anew when they are there."""
    ready = samples_ready()
    if ready.is_set():
        return

    def look() -> None:
        if ready.is_set():
            st.rerun()
        st.caption(":shimmer[Reading the sample documents in; this happens once]")

    st.fragment(look, run_every=0.5)()


def of_run(app: App, record: RunRecord) -> list[DocumentInfo]:
    """Return what is known of the documents of a run that are still in the library."""
    found = library(app, record.owner)
    return [found[sha256] for sha256 in record.spec.documents if sha256 in found]


def text_of(app: App, sha256: str, owner: str) -> Document | None:
    """Return a document with its text, None where the owner has no such document."""
    return memo.ours().get(owner, ("text", sha256), lambda: app.document(sha256, owner), _bytes)


def _bytes(document: Document | None) -> int:
    return sys.getsizeof(document.text) if document else 0
