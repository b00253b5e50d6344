"""The tabs of a run's page and which of them is in front."""

from __future__ import annotations

import streamlit as st

ANSWER, TIMELINE, EVIDENCE = "Answer", "Timeline", "Evidence"


def key(run_id: str) -> str:
    """Return the name under which the session keeps the tab in front."""
    return f"tabs-{run_id}"


def front(run_id: str, tab: str) -> None:
    """Bring a tab to the front when the page is drawn next; call it before the tabs are drawn."""
    st.session_state[key(run_id)] = tab
