"""Taking a run along as a file; the file is made when it is asked for."""

from __future__ import annotations

from functools import partial

import streamlit as st

from rlm_app.build import App
from rlm_app.records import RunRecord

_FORMS = (
    (
        "reference",
        "Log of the reference (JSONL)",
        "log",
        "Opens in the reference's visualizer and reads in other tools",
    ),
    ("events", "Everything (JSONL)", "events", "All that is kept of the run; this app can import it again"),
)


def draw(app: App, record: RunRecord) -> None:
    """Draw the button that opens the ways to save a run."""
    with st.popover("Export", icon=":material/download:", help="Save this run as a file"):
        for form, title, word, why in _FORMS:
            st.download_button(
                title,
                data=partial(app.export, record.id, record.owner, form),
                file_name=f"run-{record.id[:8]}-{word}.jsonl",
                mime="application/jsonl",
                key=f"export-{form}-{record.id}",
                on_click="ignore",
                type="tertiary",
                icon=":material/download:",
                help=why,
            )
