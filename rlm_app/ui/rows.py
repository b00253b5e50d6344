"""A run as one row of a list."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from rlm_app.records import RunRecord
from rlm_app.types import DocumentInfo
from rlm_app.ui import row_facts, safe, shell, words

Library = Mapping[str, DocumentInfo]
WIDTHS = (6, 7.5)
_STYLE = Path(__file__).with_name("rows.css")


@contextmanager
def listed() -> Iterator[None]:
    """Draw what is drawn in the block as rows of a list."""
    st.html(_STYLE)
    with st.container(key="run_list", gap="xsmall"):
        yield


def link(record: RunRecord, limit: int = 140) -> None:
    """Draw the question as the link that opens the run."""
    st.page_link(
        shell.RUN,
        label=safe.label(words.clip(record.name, limit)),
        icon="",
        query_params={"run": record.id},
        help="",
    )


def quotes(record: RunRecord) -> str:
    """Return how many quotations were found, in words."""
    if record.state.is_live or not record.quotes_total:
        return ":gray[–]"
    color = "green" if record.quotes_found == record.quotes_total else "orange"
    shape = ":material/check:" if color == "green" else ":material/warning:"
    return f":{color}[{shape}] {record.quotes_found} of {words.count(record.quotes_total, 'quote')}"


def names(record: RunRecord, library: Library) -> str:
    """Return the documents of a run in a line; `library` names those that the record does not."""
    found = record.document_names or tuple(library[s].name for s in record.spec.documents if s in library)
    if not record.spec.documents:
        return "imported from a log"
    if not found:
        return words.count(len(record.spec.documents), "document")
    more = f" and {len(found) - 2} more" if len(found) > 2 else ""
    return ", ".join(words.clip(name, 48) for name in found[:2]) + more


def draw(record: RunRecord, library: Library, more: tuple[float, ...] = ()) -> list[DeltaGenerator]:
    """Draw the row in columns that line up with those of the rows above; return those for what `more` widths stand for."""
    columns = st.columns((*WIDTHS, *more), vertical_alignment="center")
    with columns[0].container(gap=None):
        link(record)
        st.html(f'<div class="rlm-names">{html.escape(safe.unmarked(names(record, library)))}</div>')
    columns[1].html(row_facts.facts(record, st.context.timezone))
    return columns[2:]
