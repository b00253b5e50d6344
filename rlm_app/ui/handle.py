"""The one `App` of the process. Tiny on purpose: Streamlit makes a second one when this file changes under it."""

import importlib
import threading
import time

import streamlit as st

from rlm_app.build import App, open_app
from rlm_app.errors import StoreError

_AFTER_FIRST_PAINT = 4.0


@st.cache_resource(show_spinner=False, on_release=App.close)
def shared_app() -> App:
    """Open the app once for all visitors; raise `StoreError` when another process holds the data file."""
    return open_app()


@st.cache_resource(show_spinner=False)
def samples_ready() -> threading.Event:
    """Start reading the bundled documents in, which takes seconds the first time; the event says when they are there."""
    app, ready = shared_app(), threading.Event()

    def read() -> None:
        try:
            app.samples()
        except StoreError:
            return
        ready.set()
        # Streamlit's first table of a process would make its reader wait seconds for these; the first page must not.
        time.sleep(_AFTER_FIRST_PAINT)
        for name in ("pandas", "pyarrow"):
            importlib.import_module(name)

    threading.Thread(target=read, name="samples", daemon=True).start()
    return ready
