"""The one `App` of the process, and the bundled documents in it."""

import atexit
import importlib
import threading
import time

from rlm_app.build import App, open_app
from rlm_app.errors import StoreError
from rlm_app.ui import host, memo

_AFTER_FIRST_PAINT = 4.0


def shared_app() -> App:
    """Open the app once for all visitors; raise `StoreError` when another process holds the data file."""
    return host.once("app", _open)


def _open() -> App:
    settings = host.settings()
    host.errors(settings)
    opened = open_app(settings)
    atexit.register(close)  # Streamlit's own server tells nobody that it ends
    return opened


def close() -> None:
    """Stop the runs and let go of the data file, if it is open; the next call of `shared_app` reads settings anew."""
    opened = host.drop("app")
    host.drop("samples")
    host.drop(memo.NAME)
    host.drop("settings")
    if opened is not None:
        opened.close()


def samples_ready() -> threading.Event:
    """Start reading the bundled documents in, which takes seconds the first time; the event says when they are there."""
    return host.once("samples", _read_samples)


def _read_samples() -> threading.Event:
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
