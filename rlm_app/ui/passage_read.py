"""The passages of documents that a sub-call was given to read: where they stand, and their pages, marked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from rlm_app.build import App
from rlm_app.records import RunRecord
from rlm_app.types import Document
from rlm_app.ui import documents, marked, pictures_of_pages, safe, slices, words
from rlm_app.ui.pictures_of_pages import Boxed
from rlm_app.ui.slices import Slice

DrawPage = Callable[[Document, int, Sequence[Boxed]], bool]
_SHOWN = 20_000


@dataclass(frozen=True, slots=True)
class Texts:
    """The documents of a run; `picture` draws a page of one, boxed, and returns whether that could be done."""

    documents: Callable[[], Sequence[Document]]
    picture: DrawPage


no_texts = Texts(lambda: (), lambda document, index, boxed: False)
"""No documents: for a run that has none, or whose were removed."""


def texts_of(app: App, record: RunRecord) -> Texts:
    """Return the documents of a run that are still in the library, read when they are asked for."""

    def found() -> list[Document]:
        each = (documents.text_of(app, sha256, record.owner) for sha256 in record.spec.documents)
        return [document for document in each if document is not None]

    return Texts(
        found, lambda document, index, boxed: pictures_of_pages.draw(app, record.owner, document, index, boxed)
    )


def draw(key: str, prompt: str, texts: Texts) -> None:
    """Draw where the prompt's text stands in the documents, a click from its pages; nothing where it stands in none."""
    found = slices.carried(prompt, texts.documents())
    if not found:
        return
    fold = st.expander(
        title(found),
        key=f"read-{key}",
        on_change="rerun",
        type="compact",
        icon=":material/article:",
    )
    if fold.open:
        with fold:
            _page(key, found, texts)


def title(found: Sequence[Slice]) -> str:
    """Return "Passage it read: lease.pdf, page 3 to page 5 · 9,400 characters", or how many and where, as Markdown."""
    characters = words.count(sum(each.end - each.start for each in found), "character")
    names = " and ".join(dict.fromkeys(safe.label(each.document.info.name) for each in found))
    if len(found) == 1:
        return f"Passage it read: {names}{safe.label(place(found[0]))} · {characters}"
    return f"{len(found)} passages it read: {names} · {characters}"


def place(found: Slice) -> str:
    """Return ", page 3 to page 5"; "" where there are no pages."""
    info = found.document.info
    first, last = info.page_at(found.start), info.page_at(max(found.start, found.end - 1))
    labels = dict.fromkeys(marked.place(info.unit, page.label) for page in (first, last) if page)
    where = " to ".join(label for label in labels if label)
    return f", {where}" if where else ""


def stops(found: Sequence[Slice]) -> list[tuple[Document, int]]:
    """Return the pages (from 0) that hold some of the passages, in the order of the documents."""
    pages = {
        (each.document.info.sha256, index): (each.document, index)
        for each in found
        for index, page in enumerate(each.document.info.pages)
        if each.start < page.end and page.start < each.end
    }
    return list(pages.values())


def _page(key: str, found: Sequence[Slice], texts: Texts) -> None:
    """Draw one of the pages that were read, with the way to the others; of a document without pages the passage alone."""
    pages = stops(found)
    if not pages:
        _text(found[0].document, (found[0].start, found[0].end), [found[0]])
        return
    number = st.pagination(len(pages), key=f"read-page-{key}") if len(pages) > 1 else 1
    document, index = pages[number - 1]
    page = document.info.pages[index]
    inside = [each for each in found if each.document is document and each.start < page.end and page.start < each.end]
    where = marked.place(document.info.unit, page.label, len(document.info.pages))
    st.caption(f"{safe.label(document.info.name)}, {safe.label(where)}")
    boxed = [Boxed((max(each.start, page.start), min(each.end, page.end)), "read", "what it read") for each in inside]
    if not texts.picture(document, index, boxed):
        _text(document, (page.start, page.end), inside)


def _text(document: Document, stretch: tuple[int, int], inside: Sequence[Slice]) -> None:
    start, end = stretch[0], min(stretch[1], stretch[0] + _SHOWN)
    marked.show(document.text[start:end], [(each.start, each.end) for each in inside], offset=start)
    if stretch[1] > end:
        st.caption(f"The first {end - start:,} of {stretch[1] - start:,} characters.")
