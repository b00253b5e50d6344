"""Numbers on all that is kept, of no owner in particular: for whoever runs the app."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rlm_app.finding import Workspace

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_DAY = 86_400.0
_STATES = "SELECT state, count(*) FROM runs WHERE NOT sample GROUP BY state"
_OWNERS = "SELECT count(DISTINCT owner) FROM runs WHERE NOT sample"
_TODAY = """
    SELECT count(*), coalesce(sum(CAST(usage ->> '$.cost' AS DOUBLE)), 0) FROM runs
    WHERE NOT sample AND created >= ? AND boot NOT IN ('imported', 'restored')
"""
_WORKSPACES = """
    WITH kept AS (
        SELECT owner, 1 AS run, 0 AS document, created AS moment FROM runs
        UNION ALL SELECT owner, 0, 1, added FROM documents
        UNION ALL SELECT owner, 0, 0, created FROM grids WHERE removed IS NULL
    )
    SELECT owner, sum(run), sum(document), max(moment) FROM kept GROUP BY owner ORDER BY 4 DESC, owner
"""
_STORAGE = """
    WITH mine AS (SELECT id FROM runs WHERE owner = $1),
    listed AS (
        SELECT text_sha256 AS name, CAST(info ->> '$.size' AS BIGINT) + strlen(info) AS size FROM documents WHERE owner = $1
    ),
    said AS (SELECT strlen(body) AS size, texts FROM events WHERE run_id IN (SELECT id FROM mine)),
    paid AS (SELECT strlen(completion) AS size, texts FROM journal WHERE run_id IN (SELECT id FROM mine)),
    named AS (SELECT name FROM listed UNION SELECT unnest(texts) FROM said UNION SELECT unnest(texts) FROM paid)
    SELECT (SELECT coalesce(sum(strlen(spec) + strlen(answer) + strlen(error) + strlen(title)), 0) FROM runs WHERE owner = $1)
        + (SELECT coalesce(sum(strlen(value)), 0) FROM preferences WHERE owner = $1)
        + (SELECT coalesce(sum(strlen(plan)), 0) FROM grids WHERE owner = $1)
        + (SELECT coalesce(sum(coalesce(strlen(edited), 0) + strlen(problem)), 0) FROM grid_cells WHERE owner = $1)
        + (SELECT coalesce(sum(size), 0) FROM listed) + (SELECT coalesce(sum(size), 0) FROM said)
        + (SELECT coalesce(sum(size), 0) FROM paid)
        + (SELECT coalesce(sum(size), 0) FROM texts WHERE sha256 IN (SELECT name FROM named))
        + (SELECT coalesce(sum(size), 0) FROM shares WHERE owner = $1)
"""
_STORED = """
    SELECT (SELECT coalesce(sum(CAST(info ->> '$.size' AS BIGINT) + strlen(info)), 0) FROM documents)
        + (SELECT coalesce(sum(size), 0) FROM texts) + (SELECT coalesce(sum(size), 0) FROM shares)
"""


def stored(cursor: DuckDBPyConnection) -> int:
    """Return how many bytes everybody's documents and files, long texts and links have."""
    row = cursor.execute(_STORED).fetchone()
    return int(row[0]) if row else 0


def storage(cursor: DuckDBPyConnection, owner: str) -> int:
    """Return how many bytes an owner's documents and files, runs, links, grids and settings have; shared texts count once."""
    row = cursor.execute(_STORAGE, [owner]).fetchone()
    return int(row[0]) if row else 0


def workspaces(cursor: DuckDBPyConnection) -> list[Workspace]:
    """Return who keeps something here, whoever had something come in last first."""
    rows = cursor.execute(_WORKSPACES).fetchall()
    return [Workspace(owner, int(runs), int(documents), latest) for owner, runs, documents, latest in rows]


def counted(cursor: DuckDBPyConnection, now: float) -> tuple[dict[str, int], int, int, float]:
    """Return runs by state, how many owners have any, and how many began since midnight (UTC) for how much money (USD)."""
    states = dict(cursor.execute(_STATES).fetchall())
    owners = cursor.execute(_OWNERS).fetchone()
    today = cursor.execute(_TODAY, [now - now % _DAY]).fetchone()
    return states, owners[0] if owners else 0, today[0] if today else 0, float(today[1]) if today else 0.0
