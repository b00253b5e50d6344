"""The process that answers one question in SQL: tables come in as Arrow, the answer goes out as Arrow, then it ends."""

from __future__ import annotations

import json
import re
import signal
import sys
import threading
import time
from typing import Any

_MEMORY = 3_000_000_000
_ANSWER = 20_000_000
"""Bytes of an answer; whoever asked reads all of it into memory, of which a thousand rows can fill any amount."""
_GRACE = 0.3
"""Seconds after which a statement that does not heed the clock is ended with the process."""
_NO_TABLE = re.compile(r"Table with name (.+?) does not exist")
_CONFIG = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "python_enable_replacements": "false",
    "memory_limit": "512MB",
    "threads": "1",
    "temp_directory": "",
}


def main() -> None:
    """Read the question and its tables from standard input; write a line with the error, if any, and the answer."""
    _bound_memory()
    import duckdb

    head = json.loads(sys.stdin.buffer.readline())
    copy = duckdb.connect(":memory:", config=dict(_CONFIG))
    _fill(copy, head["sizes"])
    clock = threading.Timer(head["seconds"], copy.interrupt)
    clock.daemon = True
    clock.start()
    _end_after(head["seconds"] + _GRACE)
    began = time.monotonic()
    try:
        answer, error = _answer(copy, head["sql"], head["rows"]), None
    except duckdb.InterruptException:
        answer, error = b"", f"it took more than {head['seconds']:g} seconds and was ended. Ask for less at a time."
    except (MemoryError, duckdb.OutOfMemoryException):
        answer, error = b"", "it takes too much memory. Ask for less at a time."
    except duckdb.Error as raised:
        answer, error = b"", _reason(str(raised), [*head["sizes"]])
    said = {"error": error, "seconds": time.monotonic() - began}
    _end_after(0)
    sys.stdout.buffer.write(json.dumps(said).encode() + b"\n" + answer)


def _bound_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limit; the database's own holds there
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))


def _end_after(seconds: float) -> None:
    """Let the system end this process then, 0 for never: a function of one row is not interrupted from within."""
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds)
    except AttributeError:  # Windows has no such clock; that of the process outside holds there
        return


def _fill(copy: Any, sizes: dict[str, int]) -> None:
    import pyarrow

    for name, size in sizes.items():
        copy.register("given", pyarrow.ipc.open_stream(sys.stdin.buffer.read(size)).read_all())
        copy.execute(f"CREATE TABLE {name} AS SELECT * FROM given")  # noqa: S608 - a name of our own
        copy.unregister("given")
    copy.execute("SET lock_configuration = true")


def _answer(copy: Any, sql: str, rows: int) -> bytes:
    import duckdb
    import pyarrow

    statements = copy.extract_statements(sql)
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise duckdb.ProgrammingError("one SELECT is taken at a time, and nothing can be changed here.")
    found = copy.sql(statements[0]).limit(rows + 1).to_arrow_table()
    if found.nbytes > _ANSWER:
        raise duckdb.ProgrammingError(
            f"its answer has {found.nbytes / 1e6:,.0f} MB, and {_ANSWER / 1e6:,.0f} MB are given. Ask for less at a time."
        )
    sink = pyarrow.BufferOutputStream()
    with pyarrow.ipc.new_stream(sink, found.schema) as writer:
        writer.write_table(found)
    stream: bytes = sink.getvalue().to_pybytes()
    return stream


def _reason(text: str, tables: list[str]) -> str:
    """Return a database message without the repeated statement below it, and with no tables but those that are here."""
    unknown = _NO_TABLE.search(text)
    if unknown:
        return f"there is no table {unknown[1]}. There are {', '.join(tables[:-1])} and {tables[-1]}."
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    return " ".join(lines[:2]) if lines else "no reason was given."


if __name__ == "__main__":
    main()
