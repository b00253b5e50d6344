"""What a person set and wants to find again after a restart: small JSON values by owner and name; never a key."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from rlm_app.store.batch import Job
from rlm_app.store.texts import storable_json

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_GET = "SELECT value FROM preferences WHERE owner = ? AND name = ?"
_DROP = "DELETE FROM preferences WHERE owner = ? AND name = ?"


def keep(owner: str, name: str, value: Any) -> Job:
    """Return the job that keeps the value in place of an earlier one; None takes it away."""

    def drop(connection: DuckDBPyConnection) -> None:
        connection.execute(_DROP, [owner, name])

    if value is None:
        return Job(statement=drop)
    return Job("preferences", (owner, name, storable_json(value)), statement=drop)


def read(cursor: DuckDBPyConnection, owner: str, name: str) -> Any:
    """Return the value, None where this owner has set nothing of that name."""
    row = cursor.execute(_GET, [owner, name]).fetchone()
    return json.loads(row[0]) if row else None
