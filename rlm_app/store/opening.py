"""Opens the data file, or says in a sentence why it cannot be opened."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from rlm_app.errors import StoreError
from rlm_app.store.migrations import migrate, read_steps

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MEMORY = ":memory:"
# Small blocks keep a library of a few runs near the size of its text; nothing is fetched from the network. One thread a
# statement: what is asked is small, and waking others costs a third more. A checkpoint takes as long as a hundred batches
# (tenths of a second), so it comes seldom; the log it would fold in is replayed in less than a second after a crash.
_CONFIG = {
    "default_block_size": "16384",
    "threads": "1",
    "checkpoint_threshold": "64MB",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}


def open_file(path: str | Path) -> DuckDBPyConnection:
    """Return a connection to the data file, made or brought up to date where needed; raise `StoreError`."""
    connection = _connect(str(path))
    try:
        migrate(connection, read_steps())
    except BaseException:
        connection.close()
        raise
    return connection


def _connect(path: str) -> DuckDBPyConnection:
    import duckdb

    try:
        if path != MEMORY:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        return duckdb.connect(path, config=dict(_CONFIG))
    except (duckdb.Error, OSError) as error:
        raise StoreError(_sentence(path, str(error))) from error


def _sentence(path: str, reason: str) -> str:
    if "lock on file" in reason:
        pid = re.search(r"\(PID (\d+)\)", reason)
        who = f" (PID {pid.group(1)})" if pid else ""
        return (
            f"The data file {path} is in use by another process{who}. "
            "Close it, or set RLM_APP_HOME to another folder for this one."
        )
    return f"The data file {path} cannot be opened: {first_line(reason)} Move it away, or set RLM_APP_HOME to another folder."


def first_line(reason: str) -> str:
    """Return the first line of a database message as a sentence; the lines after it quote statements."""
    line = reason.strip().splitlines()[0] if reason.strip() else "no reason was given"
    return line if line.endswith((".", "!")) else line + "."
