"""The library's tables: who has which document, and its text, kept once however many have it."""

from __future__ import annotations

import hashlib
import json
import time
from typing import TYPE_CHECKING

from rlm_app.store.batch import Job
from rlm_app.store.codec import pack, unpack
from rlm_app.store.sweep import sweep
from rlm_app.store.texts import storable, storable_json
from rlm_app.types import Document, DocumentInfo

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_GET = (
    "SELECT d.info, t.text FROM documents d JOIN texts t ON t.sha256 = d.text_sha256 WHERE d.sha256 = ? AND d.owner = ?"
)
_LIST = "SELECT info FROM documents WHERE owner = ? ORDER BY added DESC"
_UNSHARE = """
    DELETE FROM shares WHERE owner = $2 AND run_id IN
    (SELECT id FROM runs WHERE owner = $2 AND json_contains(spec -> '$.documents', to_json(CAST($1 AS VARCHAR))))
"""
_DROP = "DELETE FROM documents WHERE sha256 = ? AND owner = ? RETURNING text_sha256"


def keep(document: Document, owner: str) -> Job:
    """Return the job that lists the document for this owner, in place of an earlier reading of the same file."""
    info, text = document.info, storable(document.text)
    text_sha256 = hashlib.sha256(text.encode()).hexdigest()

    def replace(connection: DuckDBPyConnection) -> None:
        sweep(connection, [name for name in _unlist(connection, info.sha256, owner) if name != text_sha256])

    row = (
        owner,
        info.sha256,
        storable(info.name),
        storable_json(pack(info)),
        text_sha256,
        time.time(),
    )
    return Job("documents", row, {text_sha256: text}, replace)


def remove(sha256: str, owner: str) -> Job:
    """Return the job that takes a document off this owner's list, with the links to runs about it.

    Its text goes with the last listing.
    """

    def forget(connection: DuckDBPyConnection) -> None:
        connection.execute(_UNSHARE, [sha256, owner])
        sweep(connection, _unlist(connection, sha256, owner))

    return Job(statement=forget)


def _unlist(connection: DuckDBPyConnection, sha256: str, owner: str) -> list[str]:
    return [name for (name,) in connection.execute(_DROP, [sha256, owner]).fetchall()]


def read(cursor: DuckDBPyConnection, sha256: str, owner: str) -> Document | None:
    """Return the document with its text, or None if this owner has none of that name."""
    row = cursor.execute(_GET, [sha256, owner]).fetchone()
    return Document(_info(row[0]), row[1]) if row else None


def read_all(cursor: DuckDBPyConnection, owner: str) -> list[DocumentInfo]:
    """Return what is known of this owner's documents, newest first."""
    return [_info(text) for (text,) in cursor.execute(_LIST, [owner]).fetchall()]


def _info(text: str) -> DocumentInfo:
    info: DocumentInfo = unpack(DocumentInfo, json.loads(text))
    return info
