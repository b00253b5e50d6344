"""Moving between pages with what belongs along, and filling the form of the Ask page from elsewhere."""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import NoReturn

import streamlit as st

from rlm_app.records import RunRecord
from rlm_app.ui import shell

QUESTION = "ask_question"
CHOSEN = "ask_documents"
_FILL = "ui_fill"
_ADDED = "ui_added"


def ask_again(record: RunRecord) -> NoReturn:
    """Go to the Ask page with this run's question and documents filled in."""
    fill(record.spec.question, record.spec.documents)
    st.switch_page(shell.ASK)


def fill(question: str, documents: Sequence[str]) -> None:
    """Have the Ask page show this question and these documents when it is drawn next."""
    st.session_state[_FILL] = (question, list(documents))


def choose(sha256: str) -> None:
    """Have the Ask page add this document to those the question is asked of."""
    st.session_state.setdefault(_ADDED, []).append(sha256)


def settle(known: Container[str]) -> None:
    """Put what was asked for into the form's own values; called before the form is drawn."""
    if _FILL in st.session_state:
        question, documents = st.session_state.pop(_FILL)
        st.session_state[QUESTION], st.session_state[CHOSEN] = question, documents
    chosen = [*st.session_state.get(CHOSEN, []), *st.session_state.pop(_ADDED, [])]
    st.session_state[CHOSEN] = [sha256 for sha256 in dict.fromkeys(chosen) if sha256 in known]


def open_run(run_id: str) -> NoReturn:
    """Go to a run by its link."""
    st.switch_page(shell.RUN, query_params={"run": run_id})


def to_ask() -> NoReturn:
    """Go to the Ask page."""
    st.switch_page(shell.ASK)
