"""Numbers on all that is kept, of no owner in particular: for whoever runs the app."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_DAY = 86_400.0
_STATES = "SELECT state, count(*) FROM runs WHERE NOT sample GROUP BY state"
_OWNERS = "SELECT count(DISTINCT owner) FROM runs WHERE NOT sample"
_TODAY = (
    "SELECT count(*), coalesce(sum(CAST(usage ->> '$.cost' AS DOUBLE)), 0) FROM runs WHERE NOT sample AND created >= ?"
)


def counted(cursor: DuckDBPyConnection, now: float) -> tuple[dict[str, int], int, int, float]:
    """Return runs by state, how many owners have any, and how many began since midnight (UTC) for how much money (USD)."""
    states = dict(cursor.execute(_STATES).fetchall())
    owners = cursor.execute(_OWNERS).fetchone()
    today = cursor.execute(_TODAY, [now - now % _DAY]).fetchone()
    return states, owners[0] if owners else 0, today[0] if today else 0, float(today[1]) if today else 0.0
