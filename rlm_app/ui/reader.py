"""Reading a document by page, as a picture or as text, with found passages marked, and what runs made of it."""

from __future__ import annotations

import streamlit as st

from rlm_app.build import App
from rlm_app.types import Document, DocumentInfo, Page
from rlm_app.ui import citing, documents, marked, naming, pictures_of_pages, safe, versions, words
from rlm_app.ui.pictures_of_pages import Boxed

_KINDS = {
    "text": "text",
    "scanned": "picture without text",
    "ocr": "read by OCR",
    "broken": "damaged, left out",
    "empty": "empty",
}
SHOWN = 8
LISTED = 300
"""Pages that are offered in a list; of a document with more a number is typed."""


def draw(app: App, owner: str, sha256: str) -> None:
    """Draw one document: its health, the find box, the page, and the report of all pages."""
    document = documents.text_of(app, sha256, owner)
    if document is None:
        st.error("This document is no longer in the library.", icon=":material/error:")
        return
    info = document.info
    st.subheader(safe.label(info.name), anchor=False)
    st.caption(safe.label(app.health(info)))
    _notes(info)
    if not info.pages or versions.draw(app, owner, info, documents.library(app, owner)):
        return
    search, text = st.columns([3, 5], gap="large")
    with search:
        found = _find(document)
        citing.read(app, owner, document)
    with text:
        page = _choose_page(info)
        st.caption(f"{_kind(page)} · {words.count(page.end - page.start, 'character')}")
        _page(app, owner, document, page, _on(page, found))
        citing.on_page(app, owner, document, page)
        _report(info)


def _notes(info: DocumentInfo) -> None:
    """Draw what a person should know of the text; loudly where a page is missing or no plain text."""
    loud = any(page.kind in {"broken", "scanned", "ocr"} for page in info.pages)
    for note in info.notes:
        said = safe.markdown(note[:1].upper() + note[1:])
        if loud:
            st.info(said, icon=":material/info:")
        else:
            st.caption(f":material/info: {said}")


def _report(info: DocumentInfo) -> None:
    """Draw the report of all pages; a long one is not sent before it is opened."""
    key, long = f"report-{info.sha256}", len(info.pages) > LISTED
    with st.expander(
        report_title(info),
        type="compact",
        icon=":material/checklist:",
        key=key,
        on_change="rerun" if long else "ignore",
    ) as fold:
        if fold.open or not long:
            st.dataframe(report(info), hide_index=True, alt="Every page with its number of characters and its state")


def report_title(info: DocumentInfo) -> str:
    """Return what the report is of; parts of a text that has no pages are not called lines, which they hold many of."""
    unit = "part" if info.unit in {"lines", "rows"} else safe.label(info.unit)
    return f"Report of all {words.count(len(info.pages), unit)}" if len(info.pages) > 1 else f"Report of its one {unit}"


def report(info: DocumentInfo) -> list[dict[str, object]]:
    """Return a row for every page: label, characters, what it holds."""
    return [
        {
            safe.level(info.unit.capitalize()): safe.level(page.label),
            "Characters": page.end - page.start,
            "Holds": safe.level(_KINDS.get(page.kind, page.kind)),
        }
        for page in info.pages
    ]


def _page(app: App, owner: str, document: Document, page: Page, found: list[marked.Span]) -> None:
    """Draw the page as its picture, where there is one and nobody asked for the text, else as text."""
    key = f"as-text-{document.info.sha256}"
    pictured = app.pages.drawable(document.info, owner)
    as_text = pictured and st.toggle("As text", key=key, persist_state="session")
    boxed = [Boxed(span, "sought", "found here") for span in found]
    index = document.info.pages.index(page)
    if pictured and not as_text and pictures_of_pages.draw(app, owner, document, index, boxed):
        return
    if page.end > page.start:
        marked.show(marked.page_text(document, page), found, offset=page.start)


def _find(document: Document) -> list[marked.Span]:
    """Draw the find box with what it found, and return that."""
    sought = st.text_input(
        "Find",
        key=f"find-{document.info.sha256}",
        icon=":material/search:",
        placeholder="words as they stand in the text",
    )
    found = marked.find(document, sought or "")
    if sought:
        # Of its own height: on a phone the page stands below, and a hit must not turn it out of sight.
        with st.container(gap="xsmall", border=False, height=340 if len(found) > 3 else "content"):
            _hits(document, found)
    return found


def _hits(document: Document, found: list[marked.Span]) -> None:
    """Draw what was found, each with a few words of context and the way to its page."""
    if not found:
        st.caption("Not found in this document. Try fewer words.")
        return
    more = "the first " if len(found) == 200 else ""
    st.caption(f"Found {more}{words.count(len(found), 'time')}")
    for number, (start, end) in enumerate(found[:SHOWN]):
        page = document.info.page_at(start)
        if page is None:
            continue
        text, _ = marked.around(document, start, end, 40)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.button(
                safe.label(marked.place(document.info.unit, page.label)),
                key=f"hit-{document.info.sha256}-{number}",
                type="tertiary",
                icon=":material/arrow_forward:",
                on_click=_turn_to,
                args=(document.info, document.info.pages.index(page)),
            )
            st.caption(f"… {safe.label(words.clip(text, 110))} …", width="content")
    if len(found) > SHOWN:
        st.caption(f"and {len(found) - SHOWN:,} more; all are marked on their pages")


def _choose_page(info: DocumentInfo) -> Page:
    """Draw the field that turns to a page, with a step back and forth."""
    key = _page_key(info)
    numbers = range(len(info.pages))
    named = st.query_params.pop("page", "")
    if named.isascii() and named.isdigit() and int(named) - 1 in numbers:
        st.session_state[key] = int(named) - 1
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        at = _by_number(info, key) if len(numbers) > LISTED else _by_label(info, key)
        for title, icon, target in (("Previous", "chevron_left", at - 1), ("Next", "chevron_right", at + 1)):
            st.button(
                title,
                key=f"{title}-{info.sha256}",
                icon=f":material/{icon}:",
                disabled=target not in numbers,
                on_click=_turn_to,
                args=(info, target),
            )
    return info.pages[at]


def _by_label(info: DocumentInfo, key: str) -> int:
    """Draw the list of all pages and return the index of the one that is chosen."""
    labels = {index: safe.unmarked(page.label) or str(index + 1) for index, page in enumerate(info.pages)}
    names = naming.told_apart(labels, lambda index: str(index + 1))
    number = st.selectbox(
        safe.label(info.unit.capitalize()),
        range(len(info.pages)),
        format_func=names.__getitem__,
        key=key,
        persist_state="session",
        width=320,
    )
    return number or 0


def _by_number(info: DocumentInfo, key: str) -> int:
    """Draw the field for the number of a page, where a list of all would be long to send; return the page's index.

    The field counts from 1 and forgets itself with its page; what is kept under `key` is the index.
    """
    count, typed = len(info.pages), f"typed-{key}"
    at = min(max(int(st.session_state.get(key, 0)), 0), count - 1)
    st.session_state[typed] = at + 1

    def turn() -> None:
        st.session_state[key] = int(st.session_state[typed]) - 1

    st.number_input(
        f"{safe.label(info.unit.capitalize())} (1 to {count:,})", 1, count, step=1, key=typed, on_change=turn, width=200
    )
    label = info.pages[at].label
    if label and label != str(at + 1):
        st.caption(safe.label(words.clip(label, 60)), width="content")
    return at


def _turn_to(info: DocumentInfo, index: int) -> None:
    st.session_state[_page_key(info)] = index


def _page_key(info: DocumentInfo) -> str:
    return f"page-{info.sha256}"


def _kind(page: Page) -> str:
    said = safe.label(_KINDS.get(page.kind, page.kind))
    return said[:1].upper() + said[1:]


def _on(page: Page, found: list[marked.Span]) -> list[marked.Span]:
    return [(start, end) for start, end in found if start < page.end and end > page.start]
