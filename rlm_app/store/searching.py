"""Looking for runs in the data file: what is sought becomes one condition, so ten thousand runs take no time."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

from rlm_app.finding import Day, FoundRuns, Order, RunQuery
from rlm_app.store.rows import RUN_COLUMNS, run_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_COST = "CAST(usage ->> '$.cost' AS DOUBLE)"
_QUESTION = "coalesce(spec ->> '$.question', '')"
_BACKEND = "(spec ->> '$.backend')"
_QUARTER = 900
"""Seconds: every time zone's days begin at a full quarter of an hour."""
_ORDERS = {
    Order.NEWEST: "created DESC",
    Order.OLDEST: "created",
    Order.DEAREST: f"{_COST} DESC NULLS LAST, created DESC",
    Order.LONGEST: "seconds DESC, created DESC",
    Order.QUESTION: f"lower(coalesce(nullif(title, ''), {_QUESTION})), created DESC",
}
_IN_TEXT = f"contains(lower(concat_ws(' ', title, {_QUESTION}, answer, array_to_string(document_names, ' '))), ?)"
# A short cell stands in its event as JSON, a long one among the texts.
_IN_CODE = """
    id IN (SELECT run_id FROM events WHERE kind = 'CellStarted' AND contains(lower(body), ?)
        UNION ALL SELECT run_id FROM texts JOIN
            (SELECT run_id, unnest(texts) AS name FROM events WHERE kind = 'CellStarted' AND len(texts) > 0)
            ON name = sha256 WHERE contains(lower(text), ?))
"""


def search(cursor: DuckDBPyConnection, owner: str, query: RunQuery) -> FoundRuns:
    """Return the part of the owner's runs that is asked for; with a limit of 0, what there is to choose from."""
    condition, values = _condition(owner, query)
    every, own = _condition(owner, RunQuery(hidden=query.hidden))
    count = _number(cursor, f"SELECT count(*) FROM runs WHERE {every}", own)  # noqa: S608 - conditions of our own
    if query.limit == 0:
        total = _number(cursor, f"SELECT count(*) FROM runs WHERE {condition}", values)  # noqa: S608 - the same
        names = (_names(cursor, column, every, own) for column in ("state", _BACKEND, "unnest(document_names)"))
        return FoundRuns((), total, count, *names)
    # The ids are counted and cut in one pass: looking into the code of every run is what takes time.
    ids = cursor.execute(
        f"SELECT id, count(*) OVER () FROM runs WHERE {condition} "  # noqa: S608 - names of our own
        f"ORDER BY {_ORDERS[query.order]}, id LIMIT ? OFFSET ?",
        [*values, query.limit, query.offset],
    ).fetchall()
    rows = cursor.execute(
        f"SELECT {', '.join(RUN_COLUMNS)} FROM runs WHERE owner = ? AND list_contains(?, id)",  # noqa: S608 - the same
        [owner, [run_id for run_id, _ in ids]],
    ).fetchall()
    found = {record.id: record for record in map(run_of, rows)}
    return FoundRuns(tuple(found[run_id] for run_id, _ in ids), ids[0][1] if ids else 0, count)


def days(cursor: DuckDBPyConnection, owner: str, query: RunQuery, zone: dt.tzinfo) -> tuple[Day, ...]:
    """Return what the runs that fit used on each day of a time zone, oldest first."""
    condition, values = _condition(owner, query)
    rows = cursor.execute(
        f"SELECT CAST(floor(created / {_QUARTER}) AS BIGINT) AS quarter, count(*), sum({_COST}), sum(seconds) "  # noqa: S608
        f"FROM runs WHERE {condition} GROUP BY quarter ORDER BY quarter",
        values,
    ).fetchall()
    found: dict[str, Day] = {}
    for quarter, runs, cost, seconds in rows:
        name = f"{dt.datetime.fromtimestamp(quarter * _QUARTER, zone):%Y-%m-%d}"
        day = found.get(name, Day(name, 0, None, 0.0))
        spent = day.cost if cost is None else (day.cost or 0.0) + cost
        found[name] = Day(name, day.runs + runs, spent, day.seconds + seconds)
    return tuple(found.values())


def _condition(owner: str, query: RunQuery) -> tuple[str, list[Any]]:
    parts: list[tuple[str, list[Any]]] = [("owner = ?", [owner])]
    for word in query.words.lower().split():
        written = json.dumps(word, ensure_ascii=False)[1:-1]
        parts.append((f"({_IN_TEXT} OR {_IN_CODE})", [word, written, word]))
    lists = (("state", query.states), (_BACKEND, query.backends))
    parts += [(f"list_contains(?, {column})", [list(wanted)]) for column, wanted in lists if wanted]
    if query.documents:
        parts.append(("list_has_any(document_names, ?)", [list(query.documents)]))
    if query.hidden:
        parts.append(("NOT list_contains(?, id)", [list(query.hidden)]))
    if query.starred:
        parts.append(("starred", []))
    bounds = (
        (f"{_COST} >= ?", query.least_cost),
        (f"{_COST} <= ?", query.most_cost),
        ("created >= ?", query.since),
        ("created < ?", query.until),
    )
    parts += [(clause, [bound]) for clause, bound in bounds if bound is not None]
    return " AND ".join(clause for clause, _ in parts), [value for _, values in parts for value in values]


def _number(cursor: DuckDBPyConnection, query: str, values: list[Any]) -> int:
    row = cursor.execute(query, values).fetchone()
    return int(row[0]) if row else 0


def _names(cursor: DuckDBPyConnection, column: str, condition: str, values: list[Any]) -> tuple[str, ...]:
    query = f"SELECT DISTINCT {column} AS name FROM runs WHERE {condition} ORDER BY name"  # noqa: S608 - names of our own
    return tuple(name for (name,) in cursor.execute(query, values).fetchall() if name)
