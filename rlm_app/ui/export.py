"""Taking a run along as a file; the file is made when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from rlm_app.build import App
from rlm_app.records import RunRecord
from rlm_app.ui import share

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
    """Draw the button that opens the ways to save or share a run."""
    shut = f"export-shut-{record.id}"
    way = st.popover(
        "Export",
        key=f"export-{record.id}-{st.session_state.get(shut, 0)}",
        on_change="rerun",
        icon=":material/download:",
        help="Save this run as a file, or share it",
    )
    with way:
        if st.button(
            "Share or save the answer …",
            key=f"share-{record.id}",
            icon=":material/ios_share:",
            help="As a web page that checks itself, Word, PDF or Markdown; you choose what goes in",
            on_click=_shut,
            args=(shut,),
        ):
            share.dialog(app, record)
        _files(app, record)


def _files(app: App, record: RunRecord) -> None:
    for form, title, word, why in _FORMS:
        given = partial(app.export, record.id, record.owner, form)
        _file(record, form, title, given, f"{word}.jsonl", "application/jsonl", why)
    calls = partial(share.table_of_calls, app, record)
    why = "One row a model call: model, tokens, money, time, error"
    _file(record, "calls", "Its calls as a table (CSV)", calls, "calls.csv", "text/csv", why)


def _file(
    record: RunRecord, form: str, title: str, data: Callable[[], str | bytes], name: str, mime: str, why: str
) -> None:
    st.download_button(
        title,
        data=data,
        file_name=f"run-{record.id[:8]}-{name}",
        mime=mime,
        key=f"export-{form}-{record.id}",
        on_click="ignore",
        type="tertiary",
        icon=":material/download:",
        help=why,
    )


def _shut(key: str) -> None:
    """Have another popover in the place of this one, which would lie over the dialog.

    Told to close, it would not where the click came before the app had heard that it was open: to the browser nothing changed.
    """
    st.session_state[key] = st.session_state.get(key, 0) + 1
