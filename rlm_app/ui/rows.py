"""A run as one row of a list."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from rlm_app.records import RunRecord
from rlm_app.types import DocumentInfo
from rlm_app.ui import header, safe, shell, states, words

Library = Mapping[str, DocumentInfo]
WIDTHS = (6, 2, 2, 1.2, 1, 1.3)


def link(record: RunRecord, limit: int = 140) -> None:
    """Draw the question as the link that opens the run."""
    st.page_link(
        shell.RUN,
        label=safe.label(words.clip(record.name, limit)),
        icon="",
        query_params={"run": record.id},
        help="",
    )


def cells(record: RunRecord) -> list[str]:
    """Return the row's cells behind the question: state, verdicts, money, seconds, when."""
    return [
        states.look_of(record).markdown,
        quotes(record),
        words.spent(record.usage).replace("$", r"\$"),
        words.DASH if record.state.is_live else header.time_of(record),
        words.when(record.created, st.context.timezone),
    ]


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
    return safe.label(", ".join(words.clip(name, 48) for name in found[:2])) + more


def first(column: DeltaGenerator, record: RunRecord, library: Library) -> None:
    """Draw the first cell: the question as a link, its documents below."""
    with column.container(gap=None):
        link(record)
        st.caption(names(record, library))


def draw(record: RunRecord, library: Library) -> None:
    """Draw the row in columns that line up with those of the rows above."""
    columns = st.columns(WIDTHS, vertical_alignment="center")
    first(columns[0], record, library)
    for column, text in zip(columns[1:], cells(record), strict=True):
        column.markdown(f":small[{text}]")
