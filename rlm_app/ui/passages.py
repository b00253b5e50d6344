"""The passages an answer rests on: each quotation in its context, with its document and page."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from rlm_app.build import App
from rlm_app.citations import Citation, Passage
from rlm_app.records import RunRecord
from rlm_app.types import Document
from rlm_app.ui import chips, documents, leaf, marked, quoted, safe, words


def draw(app: App, record: RunRecord, citations: Sequence[Citation]) -> None:
    """Draw one card per quotation, in the order of the answer."""
    st.subheader(
        "Passages",
        anchor=False,
        help="Each quotation was looked up in the document's text by the app, not by the model.",
    )
    for number, citation in enumerate(citations, 1):
        with st.container(border=True, gap="xsmall"):
            card(app, record, number, citation)


def card(app: App, record: RunRecord, number: int, citation: Citation, *, way: bool = True) -> None:
    """Draw a quotation: verdict, place, context, and the `way` to its page where that is not beside it."""
    leaf.head(app, record, number, citation)
    document = documents.text_of(app, citation.sha256, record.owner) if citation.sha256 else None
    if document is None or citation.end <= citation.start:
        marked.show(f"“{words.clip(citation.quote, 600)}”")
        _nowhere(citation, document)
    else:
        text, offset = marked.around(document, citation.start, citation.end)
        shift = 2 - (len(text) - len(text.lstrip())) - offset
        spans = [(each.start, each.start + len(each.source)) for each in citation.differences if each.source]
        marked.show(
            f"… {text.strip()} …",
            [(citation.start + shift, citation.end + shift)],
            anchor=f"quote-{number}",
            differing=[(start + shift, end + shift) for start, end in spans],
        )
    if way and document is not None and chips.leads(citation):
        name = marked.place(document.info.unit, citation.page)
        st.button(
            f"Show it on {safe.label(name)}" if name else "Show it in the document",
            key=f"open-{record.id}-{number}",
            icon=":material/article:",
            type="tertiary",
            on_click=quoted.choose,
            args=(record.id, number),
        )


def nearest(passage: Passage) -> str:
    """Return where the words stand that come closest to a quotation that was not found."""
    where = marked.place(passage.unit or "page", passage.page)
    return f"What comes nearest stands in {safe.label(passage.document)}" + (f", {safe.label(where)}" if where else "")


def _nowhere(citation: Citation, document: Document | None) -> None:
    if citation.nearest is not None:
        st.caption(f"These words are in none of the documents of this run. {nearest(citation.nearest)}.")
    elif citation.sha256 and document is None:
        st.caption("The document is no longer in the library, so the passage cannot be shown.")
    elif not citation.sha256:
        st.caption("No passage to show: these words are in none of the documents of this run.")
