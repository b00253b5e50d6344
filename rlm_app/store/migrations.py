"""The layout of the data file: numbered SQL files in `steps/`, applied once each, forward only."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rlm_app.errors import StoreError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

STEPS = Path(__file__).with_name("steps")


@dataclass(frozen=True)
class Step:
    """One change of the layout: its place in line, counted from 1, and the SQL that makes it."""

    number: int
    name: str
    sql: str


def read_steps(folder: Path = STEPS) -> tuple[Step, ...]:
    """Return the steps this program knows, in order; their files are named `0001_what_it_does.sql`."""
    files = sorted(folder.glob("[0-9]*_*.sql"))
    return tuple(Step(int(file.name.split("_")[0]), file.stem, file.read_text(encoding="utf-8")) for file in files)


def migrate(connection: DuckDBPyConnection, steps: Sequence[Step]) -> None:
    """Apply the steps that the file lacks, each in a transaction; raise `StoreError` for a file of a newer program."""
    connection.execute("CREATE TABLE IF NOT EXISTS migrations (number INTEGER, name VARCHAR, applied DOUBLE)")
    # All rows are fetched: DuckDB ends a statement's transaction with its last row, and while one is open memory keeps every
    # version of every row that is changed, 256 kB a change.
    [(found,)] = connection.execute("SELECT coalesce(max(number), 0) FROM migrations").fetchall()
    known = max((step.number for step in steps), default=0)
    if found > known:
        raise StoreError(
            f"The data file has layout {found}, made by a newer version of this program, which knows layouts up to "
            f"{known}. Start the newer version, or set RLM_APP_HOME to another folder."
        )
    for step in steps:
        if step.number > found:
            _apply(connection, step)


def _apply(connection: DuckDBPyConnection, step: Step) -> None:
    connection.begin()
    try:
        connection.execute(step.sql)
        connection.execute("INSERT INTO migrations VALUES (?, ?, ?)", [step.number, step.name, time.time()])
    except BaseException:  # a step is taken whole or not at all
        connection.rollback()
        raise
    connection.commit()
