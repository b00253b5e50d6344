"""Which quotation of a run is open, and the link from its chip to it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from rlm_app.build import App
from rlm_app.citations import Citation
from rlm_app.records import RunRecord
from rlm_app.ui import address, chips, documents, marked, words

_SCRIPT = Path(__file__).with_name("chips.js")
_QUOTE = "quote"


def opened(record: RunRecord, citations: Sequence[Citation]) -> int:
    """Return the number of the quotation that is open, 0 for none; an address may name the first one to open."""
    key = _key(record.id)
    if key not in st.session_state:
        named = st.query_params.get(_QUOTE, "")
        st.session_state[key] = int(named) if named.isascii() and named.isdigit() else 0
    number: int = st.session_state[key]
    return number if 0 < number <= len(citations) and chips.leads(citations[number - 1]) else 0


def choose(run_id: str, number: int) -> None:
    """Open a quotation of a run, 0 to open none; for the callback of a button."""
    st.session_state[_key(run_id)] = number
    if number:
        st.query_params[_QUOTE] = str(number)
    else:
        st.query_params.pop(_QUOTE, None)


def beside(number: int, citations: Sequence[Citation]) -> tuple[int, int]:
    """Return the numbers of the quotations before and after this one that lead somewhere, 0 where there is none."""
    leading = [place for place, citation in enumerate(citations, 1) if chips.leads(citation)]
    before = [place for place in leading if place < number]
    after = [place for place in leading if place > number]
    return (before[-1] if before else 0), (after[0] if after else 0)


def listen(app: App, record: RunRecord, citations: Sequence[Citation], *, large: bool) -> None:
    """Make the chips of the page speak: a look at one shows its quotation in context, a click opens it.

    Stands behind what it brings into view.
    """
    number = opened(record, citations)
    key = f"chips-{record.id}"

    def chosen() -> None:
        choose(record.id, int(st.session_state[key].chosen or 0))

    data = {"contexts": contexts(app, record, citations), "chosen": f"{number}|{large}" if number else ""}
    _component()(key=key, data=data, height="content", on_chosen_change=chosen)


def contexts(app: App, record: RunRecord, citations: Sequence[Citation]) -> Mapping[str, Mapping[str, str]]:
    """Return by number what a look at a chip shows: the quotation as the document has it, with five words either side."""
    leading = [(number, each) for number, each in enumerate(citations, 1) if chips.leads(each)]
    return {str(number): _context(app, record, citation) for number, citation in leading}


def _context(app: App, record: RunRecord, citation: Citation) -> Mapping[str, str]:
    document = documents.text_of(app, citation.sha256, record.owner)
    before, after, quote = citation.prefix, citation.suffix, citation.quote
    if document is not None and citation.end > citation.start:
        before, after = marked.words_beside(document, citation.start, citation.end)
        quote = document.text[citation.start : citation.end]
    unit = document.info.unit if document else citation.unit or "page"
    place = f"{citation.document}, {marked.place(unit, citation.page)}".rstrip(", ")
    said = {"verdict": citation.verdict.value, "place": place, "quote": words.clip(quote, 420)}
    return {**said, "before": before, "after": after}


@functools.cache
def _component() -> Callable[..., Any]:
    return st.components.v2.component("rlm_chips", js=address.script(_SCRIPT))


def _key(run_id: str) -> str:
    return f"quote-{run_id}"
