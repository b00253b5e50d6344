"""Links to shared runs in the data file, each with the copy it shows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from rlm_app.shares import Link
from rlm_app.store.batch import Job
from rlm_app.store.reading import Reader
from rlm_app.store.texts import storable
from rlm_app.store.writer import Writer

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_LINK = "SELECT id, owner, run_id, title, created, expires, opened, last_opened, size FROM shares"
_OPEN = "token_sha256 = ? AND expires > ?"
_NEW = "INSERT INTO shares VALUES (?, ?, ?, ?, ?, ?, ?, 0, NULL, ?, ?)"
_OPENED = f"UPDATE shares SET opened = opened + 1, last_opened = ? WHERE {_OPEN}"  # noqa: S608 - a condition of our own


class DuckDBLinks:
    """A `LinkStore` on the writer and the reader of a data file; raises `StoreError` with a sentence."""

    def __init__(self, writer: Writer, reader: Reader) -> None:
        self._writer = writer
        self._reader = reader

    def add(self, link: Link, digest: str, copy: bytes, now: float) -> bool:
        """Keep a link, and forget those that have run out; False, and nothing kept, where its run is not there any more."""
        row = [
            link.id,
            digest,
            link.owner,
            link.run_id,
            storable(link.title),
            link.created,
            link.expires,
            len(copy),
            copy,
        ]

        def keep(connection: DuckDBPyConnection) -> bool:
            connection.execute("DELETE FROM shares WHERE expires <= ?", [now])
            there = connection.execute("SELECT 1 FROM runs WHERE id = ?", [link.run_id]).fetchone() is not None
            if there:
                connection.execute(_NEW, row)
            return there

        return bool(self._do(keep))

    def links(self, owner: str, run_id: str = "") -> list[Link]:
        """Return the owner's links, newest first; those of one run if it is named."""
        query = f"{_LINK} WHERE owner = $1 AND ($2 = '' OR run_id = $2) ORDER BY created DESC, id"
        return [Link(*row) for row in self._rows(query, [owner, run_id])]

    def revoke(self, link_id: str, owner: str) -> None:
        """Remove a link of this owner with its copy, for good."""
        query = "DELETE FROM shares WHERE id = ? AND owner = ?"
        self._do(lambda connection: connection.execute(query, [link_id, owner]))

    def link(self, digest: str, now: float) -> Link | None:
        """Return the link whose token has this hash, None where there is none that is open."""
        found = [Link(*row) for row in self._rows(f"{_LINK} WHERE {_OPEN}", [digest, now])]
        return found[0] if found else None

    def copy(self, digest: str, now: float) -> bytes | None:
        """Return what that link shows, None where there is none that is open."""
        found = self._rows(f"SELECT copy FROM shares WHERE {_OPEN}", [digest, now])  # noqa: S608 - a condition of our own
        return bytes(found[0][0]) if found else None

    def note_opened(self, digest: str, now: float) -> None:
        """Count that somebody opened the link."""
        self._do(lambda connection: connection.execute(_OPENED, [now, digest, now]))

    def _do(self, statement: Callable[[DuckDBPyConnection], Any]) -> Any:
        return self._writer.wait(Job(statement=statement))

    def _rows(self, query: str, values: Sequence[Any]) -> list[Any]:
        with self._reader.reading() as cursor:
            return cursor.execute(query, values).fetchall()
