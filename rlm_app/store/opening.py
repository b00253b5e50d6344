"""Opens the data file, or says in a sentence why it cannot be opened."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rlm_app.errors import StoreError
from rlm_app.store.migrations import migrate, read_steps
from rlm_app.store.remote import connect, is_remote
from rlm_app.store.salvage import is_damage, keep_log, salvage

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MEMORY = ":memory:"
_log = logging.getLogger(__name__)
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


@dataclass(frozen=True, slots=True)
class Opened:
    """A data file that is open, and what a person should know of it, "" as a rule."""

    connection: DuckDBPyConnection
    notice: str = ""


def open_file(path: str | Path) -> Opened:
    """Open the data file, made or brought up to date where needed; of a damaged one, what can be read. Raises `StoreError`."""
    import duckdb

    if path == MEMORY:
        return Opened(_up_to_date(_connect(MEMORY)))
    if is_remote(path):
        return Opened(_up_to_date(connect(str(path))))
    path = Path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        notice = keep_log(path)
        if suspicion(path).exists():
            _read_through(path)
        connection = _up_to_date(_connect(str(path)))
    except (duckdb.Error, OSError) as error:
        if not is_damage(str(error)):
            raise StoreError(_sentence(str(path), str(error))) from error
        return _salvaged(path)
    suspicion(path).unlink(missing_ok=True)
    return Opened(connection, notice)


def suspicion(path: Path) -> Path:
    """Return the mark that a data file was found to be damaged while it was open; the next start reads it through."""
    return path.with_name(path.name + ".suspect")


def _connect(path: str) -> DuckDBPyConnection:
    import duckdb

    return duckdb.connect(path, config=dict(_CONFIG))


def _up_to_date(connection: DuckDBPyConnection) -> DuckDBPyConnection:
    try:
        migrate(connection, read_steps())
    except BaseException:
        connection.close()
        raise
    return connection


def _read_through(path: Path) -> None:
    """Read every value there is, without writing to the file; raise duckdb.Error where that cannot be done."""
    import duckdb

    with duckdb.connect(str(path), read_only=True, config=dict(_CONFIG)) as connection:
        for (table,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall():
            connection.execute(f"SELECT max(hash(COLUMNS(*))) FROM {table}").fetchall()  # noqa: S608 - a name of our own


def _salvaged(path: Path) -> Opened:
    """Put the damaged file aside and open a new one with what can be read of it."""
    import duckdb

    try:
        saved = salvage(path, lambda place: _up_to_date(_connect(place)))
        suspicion(path).unlink(missing_ok=True)
        connection = _connect(str(path))
    except (duckdb.Error, OSError) as error:
        raise StoreError(
            f"The data file {path} is damaged, and what it holds could not be saved into a new one: {first_line(str(error))} "
            "Nothing was removed. Make room on the disk, or set RLM_APP_HOME to another folder."
        ) from error
    _log.warning("%s", saved.sentence())
    return Opened(connection, saved.sentence())


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
