"""The passage of a document that a sub-call was given to read, with its place and its first page."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from rlm_app.types import Document
from rlm_app.ui import marked, safe, slices, words

Texts = Callable[[], Sequence[Document]]
_SHOWN = 20_000


def no_texts() -> Sequence[Document]:
    """Return no documents: for a run that has none, or whose were removed."""
    return ()


def draw(key: str, prompt: str, texts: Texts) -> None:
    """Draw where the prompt's text stands in the documents, one click from its page; nothing where it stands in none."""
    found = slices.carried(prompt, texts())
    if found is None:
        return
    where = place(found)
    fold = st.expander(
        f"Passage it read: {safe.label(found.document.info.name)}{safe.label(where)}",
        key=f"read-{key}",
        on_change="rerun",
        type="compact",
        icon=":material/article:",
    )
    if fold.open:
        with fold:
            page = found.document.info.page_at(found.start)
            start = page.start if page else found.start
            end = min(max(found.end, page.end if page else 0), start + _SHOWN)
            marked.show(found.document.text[start:end], [(found.start, found.end)], offset=start)
            if found.end > end:
                st.caption(f"The first {end - start:,} of {found.end - start:,} characters.")


def place(found: slices.Slice) -> str:
    """Return ", page 3 to page 5 · 9,400 characters"."""
    info = found.document.info
    first, last = info.page_at(found.start), info.page_at(max(found.start, found.end - 1))
    labels = dict.fromkeys(marked.place(info.unit, page.label) for page in (first, last) if page)
    where = " to ".join(label for label in labels if label)
    return (f", {where}" if where else "") + f" · {words.count(found.end - found.start, 'character')}"
