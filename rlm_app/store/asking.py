"""Questions in SQL, answered from a copy: it holds this owner's rows and nothing else, and can reach no file or setting.

The copy is a database in memory of a process of its own, so what a question may see is decided by what is there, not by
reading the question, and one that takes too much time or memory ends with that process. One statement that selects is
taken, and a thousand rows are given.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rlm_app.errors import StoreError
from rlm_app.finding import Table
from rlm_app.store.texts import readable

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

VIEWS = ("runs", "calls", "citations")
ROWS, SECONDS, CHARACTERS = 1_000, 5.0, 10_000
_STARTING = 15.0
_AT_ONCE, _PATIENCE = threading.BoundedSemaphore(2), 20.0
"""How many questions are answered at once, whoever asks, and the seconds one waits for its turn: each may fill a processor."""
_ENVIRONMENT = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "TZ")
"""All of our environment that the process gets: no key, and no folder of the account that runs the app."""
_FOLDER = Path(__file__).with_name("views")


def copied(cursor: DuckDBPyConnection, owner: str, sql: str) -> dict[str, Any]:
    """Return the owner's views as Arrow tables; one that the question does not name has no rows."""
    tables: dict[str, Any] = {}
    for name in VIEWS:
        query = (_FOLDER / f"{name}.sql").read_text(encoding="utf-8").replace("$body", readable("body"))
        if not re.search(rf"\b{name}\b", sql, re.IGNORECASE):
            query = f"SELECT * FROM ({query}) LIMIT 0"  # noqa: S608 - a file of our own
        tables[name] = cursor.sql(query, params=[owner]).to_arrow_table()
    return tables


def answer(tables: dict[str, Any], sql: str, seconds: float = SECONDS) -> Table:
    """Carry out the question in a process of its own; raise `StoreError` with what is wrong with it.

    It may take so many `seconds`; those that its process takes to start do not count.
    """
    if not _AT_ONCE.acquire(timeout=_PATIENCE):
        raise StoreError("Others are asking in SQL now, and no turn came. Ask again in a minute.")
    try:
        return _answer(tables, sql, seconds)
    finally:
        _AT_ONCE.release()


def _answer(tables: dict[str, Any], sql: str, seconds: float) -> Table:
    blobs = {name: _stream(table) for name, table in tables.items()}
    head = {"sql": sql, "sizes": {name: len(blob) for name, blob in blobs.items()}, "rows": ROWS, "seconds": seconds}
    command = [sys.executable, "-m", "rlm_app.store.asking_child"]
    given = json.dumps(head).encode() + b"\n" + b"".join(blobs.values())
    try:
        done = subprocess.run(
            command,
            input=given,
            capture_output=True,
            timeout=seconds + _STARTING,
            check=False,
            cwd=Path(__file__).parents[2],
            env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ} | {"HOME": "/"},
        )
    except subprocess.TimeoutExpired as error:
        raise StoreError(_too_much(seconds)) from error
    line, _, body = done.stdout.partition(b"\n")
    if not line:
        raise StoreError(_too_much(seconds))
    said = json.loads(line)
    if said["error"]:
        raise StoreError(f"The question cannot be answered: {said['error']}")
    return _table(body, said["seconds"])


def _too_much(seconds: float) -> str:
    return f"The question took more than {seconds:g} seconds or too much memory and was ended. Ask for less at a time."


def _stream(table: Any) -> bytes:
    import pyarrow

    sink = pyarrow.BufferOutputStream()
    with pyarrow.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    stream: bytes = sink.getvalue().to_pybytes()
    return stream


def _table(body: bytes, seconds: float) -> Table:
    import pyarrow

    found = pyarrow.ipc.open_stream(body).read_all()
    columns = [column.to_pylist() for column in found.columns]
    rows = tuple(tuple(_cell(value) for value in row) for row in zip(*columns, strict=True))
    return Table(tuple(found.column_names), rows[:ROWS], len(rows) > ROWS, seconds)


def _cell(value: Any) -> Any:
    return value[:CHARACTERS] + " …" if isinstance(value, str) and len(value) > CHARACTERS else value
