"""The passages an answer rests on: each quotation in its context, with its document and page."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from rlm_app.build import App
from rlm_app.records import RunRecord
from rlm_app.types import Citation, Document, Verdict
from rlm_app.ui import chips, documents, marked, safe, states, words


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


def card(app: App, record: RunRecord, number: int, citation: Citation) -> None:
    """Draw a quotation: verdict, place, context, and its whole page on request."""
    document = documents.text_of(app, citation.sha256, record.owner) if citation.sha256 else None
    look = states.VERDICTS[citation.verdict]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(chips.chip(number, citation), width="content")
        st.badge(look.word, icon=look.icon, color=look.color, help=look.meaning)
        st.markdown(place_of(citation, document), width="content")
    if document is None or citation.end <= citation.start:
        marked.show(f"“{words.clip(citation.quote, 600)}”")
        if citation.verdict is Verdict.NOT_FOUND:
            st.caption("No passage to show: these words are in none of the documents of this run.")
        return
    text, offset = marked.around(document, citation.start, citation.end)
    marked.show(f"… {text.strip()} …", [_moved(text, citation, offset)], anchor=f"quote-{number}")
    _page(record, number, citation, document)


def place_of(citation: Citation, document: Document | None) -> str:
    """Return "**contract.pdf** · page 41"."""
    name = f"**{safe.label(citation.document)}**" if citation.document else ":gray[no document]"
    unit = document.info.unit if document else "page"
    where = marked.place(unit, citation.page)
    return f"{name} · {safe.label(where)}" if where else name


def _moved(text: str, citation: Citation, offset: int) -> tuple[int, int]:
    shift = 2 - (len(text) - len(text.lstrip())) - offset
    return citation.start + shift, citation.end + shift


def _page(record: RunRecord, number: int, citation: Citation, document: Document) -> None:
    page = document.info.page_at(citation.start)
    if page is None:
        return
    name = marked.place(document.info.unit, page.label)
    step = st.expander(
        f"Show it on {safe.label(name)}",
        key=f"passage-{record.id}-{number}",
        on_change="rerun",
        type="compact",
        icon=":material/article:",
    )
    if step.open:
        with step:
            st.caption(
                f"{safe.label(document.info.name)}, {safe.label(name)} · {words.short(page.end - page.start)} characters"
            )
            marked.show(marked.page_text(document, page), [(citation.start, citation.end)], offset=page.start)
