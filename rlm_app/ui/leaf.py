"""The page a quotation stands on, beside the answer: its picture with the passage boxed, or its text with it marked."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from rlm_app.build import App
from rlm_app.citations import Citation, Verdict
from rlm_app.records import RunRecord
from rlm_app.types import Document
from rlm_app.ui import chips, documents, marked, pictures_of_pages, quoted, safe, shell, states
from rlm_app.ui.pictures_of_pages import Boxed, Span

_LOOKS = {Verdict.FOUND: "found", Verdict.FOUND_IN_PARTS: "parts", Verdict.ALTERED: "altered", Verdict.CLOSE: "close"}


def beside(app: App, record: RunRecord, citations: Sequence[Citation], number: int) -> None:
    """Draw the open quotation with the way to the ones before and after it, and the way to close it."""
    citation = citations[number - 1]
    with st.container(key="leaf", gap="xsmall"):
        _ways(app, record, citations, number)
        head(app, record, number, citation)
        page(app, record, number, citation, large=large(record))


def large(record: RunRecord) -> bool:
    """Whether pages of this run are shown larger than their frame."""
    return bool(st.session_state.get(f"large-{record.id}", False))


def head(app: App, record: RunRecord, number: int, citation: Citation) -> None:
    """Draw the verdict, the place, and what differs."""
    document = documents.text_of(app, citation.sha256, record.owner) if citation.sha256 else None
    look = states.VERDICTS[citation.verdict]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(chips.chip(number, citation), width="content")
        st.badge(look.word, icon=look.icon, color=look.color, help=look.meaning)
        st.markdown(place_of(citation, document), width="content")
    if said := differing(citation):
        st.markdown(said)


def page(app: App, record: RunRecord, number: int, citation: Citation, *, large: bool = False) -> None:
    """Draw the page of a quotation: a picture where the file allows one, else the text, and say which it is."""
    document = documents.text_of(app, citation.sha256, record.owner)
    if document is None:
        st.caption("The document is no longer in the library, so its page cannot be shown.")
        return
    index = _index(document, citation)
    if index is None:
        return
    boxed = boxes_of(citation)
    if pictures_of_pages.draw(app, record.owner, document, index, boxed, quote=number, large=large):
        if said := _about(document, index, citation):
            st.caption(said)
        _in_document(document, index)
        return
    this = document.info.pages[index]
    if document.info.format == "pdf":
        st.caption("The text of the page; the file itself was not kept, so there is no picture. Add it again for one.")
    marks = [(citation.start, citation.end)]
    text = marked.page_text(document, this)
    marked.show(text, marks, offset=this.start, differing=differing_spans(citation), quote=number)
    _in_document(document, index)


def boxes_of(citation: Citation) -> list[Boxed]:
    """Return what is to be boxed on the page: the passage in the style of its verdict, and the words that differ."""
    if citation.end <= citation.start or citation.verdict is Verdict.SCANNED_PAGE:
        return []
    look = _LOOKS.get(citation.verdict, "near")
    passage = Boxed((citation.start, citation.end), look, f"passage boxed: {citation.verdict.value}")
    words = [Boxed(span, "differs", "words that the answer has otherwise") for span in differing_spans(citation)]
    return [passage, *words]


def place_of(citation: Citation, document: Document | None) -> str:
    """Return "**contract.pdf** · page 41 of 212"."""
    name = f"**{safe.label(citation.document)}**" if citation.document else ":gray[no document]"
    unit = document.info.unit if document else citation.unit or "page"
    where = marked.place(unit, citation.page, len(document.info.pages) if document else 0)
    return f"{name} · {safe.label(where)}" if where else name


def differing(citation: Citation) -> str:
    """Return which words the answer has otherwise than the document, as Markdown; "" where none are known."""
    shown = [each for each in citation.differences if each.quoted or each.source][:5]
    if not shown or citation.verdict not in {Verdict.ALTERED, Verdict.CLOSE}:
        return f":small[{safe.label(citation.detail)}]" if citation.detail else ""
    pairs = [f"{_said(each.quoted, 'red')} for {_said(each.source, 'green')}" for each in shown]
    more = len(citation.differences) - len(shown)
    return f"The answer says {'; '.join(pairs)}{f'; and {more} more' if more > 0 else ''}."


def differing_spans(citation: Citation) -> list[Span]:
    """Return where in the document the words of a passage stand that its quotation has otherwise."""
    found = [(each.start, each.start + len(each.source)) for each in citation.differences if each.source]
    return [span for span in found if citation.start <= span[0] and span[1] <= citation.end]


def _said(text: str, color: str) -> str:
    return f":{color}[**“{safe.label(' '.join(text.split()))}”**]" if text.strip() else "nothing"


def _ways(app: App, record: RunRecord, citations: Sequence[Citation], number: int) -> None:
    before, after = quoted.beside(number, citations)
    document = documents.text_of(app, citations[number - 1].sha256, record.owner)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        for title, icon, target in (("Previous quote", "chevron_left", before), ("Next quote", "chevron_right", after)):
            st.button(
                title,
                key=f"{title}-{record.id}",
                icon=f":material/{icon}:",
                type="tertiary",
                disabled=not target,
                on_click=quoted.choose,
                args=(record.id, target),
            )
        if document is not None and app.pages.drawable(document.info, record.owner):
            st.toggle("Larger", key=f"large-{record.id}")
        st.button(
            "Close",
            key=f"close-{record.id}",
            icon=":material/close:",
            type="tertiary",
            on_click=quoted.choose,
            args=(record.id, 0),
        )


def _in_document(document: Document, index: int) -> None:
    st.page_link(
        shell.DOCUMENTS,
        label="Open it in the document",
        icon=":material/menu_book:",
        query_params={"document": document.info.sha256, "page": str(index + 1)},
    )


def _about(document: Document, index: int, citation: Citation) -> str:
    this = document.info.pages[index]
    if citation.verdict is Verdict.SCANNED_PAGE or this.kind in {"scanned", "ocr"}:
        return "This page is a picture: compare it by eye."
    if citation.end > this.end and index + 1 < len(document.info.pages):
        following = marked.place(document.info.unit, document.info.pages[index + 1].label)
        return f"The passage goes on, on {safe.label(following)}."
    return ""


def _index(document: Document, citation: Citation) -> int | None:
    page = document.info.page_at(citation.start)
    named = [at for at, each in enumerate(document.info.pages) if each.label == citation.page]
    if citation.end <= citation.start and named:  # a picture without text has no characters to find it by
        return named[0]
    return document.info.pages.index(page) if page else None
