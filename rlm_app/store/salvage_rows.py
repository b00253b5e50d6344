"""Copies what can be read of a damaged table, and mends what refers to something that is lost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_LOST = "(This text stood in a damaged part of the data file and is lost.)"
_STRETCHES = 4_000
"""Into how many stretches a large table is cut at most: each that cannot be read costs a millisecond."""
_FAR = 2**33
_SIZE = "SELECT estimated_size FROM duckdb_tables() WHERE database_name = 'old' AND table_name = ?"
_COLUMNS = "SELECT column_name FROM duckdb_columns() WHERE database_name {} AND table_name = ? ORDER BY column_index"
# A run whose question is lost still has its events; these are what stands in the place of what cannot be read.
_INSTEAD = {
    "runs": {
        "spec": """'{"question":"(lost)","documents":[],"backend":"imported","root_model":"","sub_model":""}'""",
        "state": "'interrupted'",
        "boot": "'salvaged'",
        "created": "0",
        "document_names": "[]",
        "seconds": "0",
        "answer": "''",
        "error": "'A part of this run stood in a damaged part of the data file and is lost.'",
        "usage": """'{"calls":0}'""",
        "quotes_found": "0",
        "quotes_total": "0",
        "sample": "false",
        "title": "''",
        "starred": "false",
    },
    "documents": {"added": "0"},
    "shares": {"title": "''", "created": "0", "opened": "0", "size": "0"},
}
# What refers to something that is lost: a reply without its text must not be given again, a document without its text not
# be asked, and a run's events not go on after a gap.
_MEND = (
    "DELETE FROM runs WHERE id IS NULL OR owner IS NULL",
    "DELETE FROM documents WHERE owner IS NULL OR sha256 IS NULL OR info IS NULL OR text_sha256 IS NULL",
    "DELETE FROM texts WHERE sha256 IS NULL OR text IS NULL",
    "DELETE FROM events WHERE seq IS NULL OR kind IS NULL OR moment IS NULL OR call_id IS NULL OR depth IS NULL "
    "OR body IS NULL",
    "DELETE FROM journal WHERE call_key IS NULL OR occurrence IS NULL OR state IS NULL OR completion IS NULL OR texts IS NULL",
    "DELETE FROM preferences WHERE owner IS NULL OR name IS NULL OR value IS NULL",
    "DELETE FROM ledger WHERE run_id IS NULL OR owner IS NULL OR began IS NULL OR held IS NULL",
    "DELETE FROM grids WHERE id IS NULL OR owner IS NULL OR plan IS NULL",
    "DELETE FROM grid_cells WHERE grid_id NOT IN (SELECT id FROM grids) OR row_id IS NULL OR column_id IS NULL",
    "DELETE FROM shares WHERE id IS NULL OR token_sha256 IS NULL OR owner IS NULL OR expires IS NULL OR copy IS NULL",
    "INSERT INTO texts SELECT DISTINCT name, length(?), ? FROM (SELECT unnest(texts) AS name FROM events) "
    "WHERE name NOT IN (SELECT sha256 FROM texts)",
    "DELETE FROM journal WHERE list_has_any(texts, (SELECT coalesce(list(sha256), []) FROM texts WHERE text = ?))",
    "DELETE FROM journal WHERE rowid IN (SELECT place FROM (SELECT rowid AS place, unnest(texts) AS name FROM journal) "
    "WHERE name NOT IN (SELECT sha256 FROM texts))",
    "DELETE FROM documents WHERE text_sha256 NOT IN (SELECT sha256 FROM texts WHERE text <> ?)",
    "DELETE FROM events WHERE run_id NOT IN (SELECT id FROM runs)",
    "DELETE FROM events USING (SELECT run_id AS run, min(seq) AS gap FROM (SELECT run_id, seq, row_number() OVER "
    "(PARTITION BY run_id ORDER BY seq) AS place FROM events) WHERE seq <> place GROUP BY run_id) "
    "WHERE run_id = run AND seq >= gap",
    "DELETE FROM journal WHERE run_id NOT IN (SELECT id FROM runs)",
    "DELETE FROM shares WHERE run_id IS NULL OR run_id NOT IN (SELECT id FROM runs)",
)


def copy_table(connection: DuckDBPyConnection, table: str) -> int | None:
    """Copy a table of the attached database `old` in stretches, halving one that cannot be read.

    Returns how many rows it says it had, None where it does not say.
    """
    columns = _shared_columns(connection, table)
    found = connection.execute(_SIZE, [table]).fetchone()
    if not columns or found is None:
        return None
    rows = int(found[0])
    finest = 1 + rows // _STRETCHES
    instead = columns
    stretches = [(0, _FAR)]
    while stretches:
        begin, end = stretches.pop()
        if _copy_rows(connection, table, columns, columns, (begin, end)):
            continue
        if end - begin > finest:
            middle = (begin + end) // 2
            stretches += [(middle, end), (begin, middle)]
            continue
        if instead is columns:
            instead = _with_substitutes(connection, table, columns)
        _copy_rows(connection, table, columns, instead, (begin, end))
    return rows


def mend(connection: DuckDBPyConnection) -> None:
    """Take away, or make good, what refers to something that is lost."""
    for statement in _MEND:
        connection.execute(statement, [_LOST] * statement.count("?"))


def rows_in(connection: DuckDBPyConnection, table: str) -> int:
    """Return how many rows a table holds, without texts that stand for lost ones."""
    where = f" WHERE text <> '{_LOST}'" if table == "texts" else ""
    found = connection.execute(f"SELECT count(*) FROM {table}{where}").fetchone()  # noqa: S608 - names of our own
    return int(found[0]) if found else 0


def _copy_rows(
    connection: DuckDBPyConnection, table: str, columns: Sequence[str], values: Sequence[str], between: tuple[int, int]
) -> bool:
    import duckdb

    into, given = ", ".join(columns), ", ".join(values)
    query = f"INSERT INTO {table} ({into}) SELECT {given} FROM old.{table} WHERE rowid >= ? AND rowid < ?"  # noqa: S608
    try:
        connection.execute(query, between)
    except duckdb.Error:
        return False
    return True


def _with_substitutes(connection: DuckDBPyConnection, table: str, columns: Sequence[str]) -> list[str]:
    """Return what to select for each column: itself where it can be read, else what may stand in its place."""
    known: dict[str, Any] = _INSTEAD.get(table, {})
    return [name if _is_readable(connection, table, name) else known.get(name) or "NULL" for name in columns]


def _is_readable(connection: DuckDBPyConnection, table: str, column: str) -> bool:
    import duckdb

    try:
        connection.execute(f"SELECT max(hash({column})) FROM old.{table}").fetchall()  # noqa: S608 - names of our own
    except duckdb.Error:
        return False
    return True


def _shared_columns(connection: DuckDBPyConnection, table: str) -> list[str]:
    old = {name for (name,) in connection.execute(_COLUMNS.format("= 'old'"), [table]).fetchall()}
    new = [name for (name,) in connection.execute(_COLUMNS.format("= current_database()"), [table]).fetchall()]
    return [name for name in new if name in old]
