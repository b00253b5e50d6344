"""The journal of a run's model calls in the data file."""

from __future__ import annotations

import threading
import time
from typing import Any

from rlm_app.store.batch import Job
from rlm_app.store.codec import pack, unpack
from rlm_app.store.reading import Reader, texts_of
from rlm_app.store.texts import decode, encode
from rlm_app.store.writer import Writer
from rlm_app.types import Completion

_FINISHED = "SELECT DISTINCT call_key, occurrence FROM journal WHERE run_id = ? AND state = 'finished'"
_REPLY = (
    "SELECT completion, texts FROM journal "
    "WHERE run_id = ? AND call_key = ? AND occurrence = ? AND state = 'finished' LIMIT 1"
)
_COUNTS = (
    "SELECT count(DISTINCT (call_key, occurrence)) FILTER (state = 'finished'), "
    "count(DISTINCT (call_key, occurrence)) FROM journal WHERE run_id = ?"
)


class DuckDBJournal:
    """One run's journal: a row for each step of a call; which calls have a reply is known without asking the file.

    `empty` says that nothing is on record yet.
    """

    def __init__(self, run_id: str, writer: Writer, reader: Reader, *, empty: bool = False) -> None:
        self._run_id = run_id
        self._writer = writer
        self._reader = reader
        self._lock = threading.Lock()
        self._replies = set() if empty else self._recorded()
        self._new: set[tuple[str, int]] = set()

    def reply(self, key: str, occurrence: int) -> Completion | None:
        """Return the recorded reply of this call, or None."""
        with self._lock:
            if (key, occurrence) not in self._replies:
                return None
            new = (key, occurrence) in self._new
        if new:
            self._writer.wait(Job())
        with self._reader.reading() as cursor:
            row = cursor.execute(_REPLY, [self._run_id, key, occurrence]).fetchone()
            texts = texts_of(cursor, row[1]) if row else {}
        completion: Completion | None = unpack(Completion, decode(row[0], texts)) if row else None
        return completion

    def started(self, key: str, occurrence: int, call_id: str) -> None:
        """Note that the call is about to be sent; durable within a tenth of a second."""
        self._writer.put(self._job(key, occurrence, "started", call_id))

    def finished(self, key: str, occurrence: int, completion: Completion) -> None:
        """Record the reply; it outlives the process when this returns, and is in the data file a tenth of a second later."""
        self._writer.keep(self._job(key, occurrence, "finished", "", pack(completion)))
        with self._lock:
            self._replies.add((key, occurrence))
            self._new.add((key, occurrence))

    def settle(self) -> None:
        """Return when every reply recorded so far is on disk."""
        self._writer.settle()

    def failed(self, key: str, occurrence: int, reason: str) -> None:
        """Note that the call failed; a failed call is never reused."""
        self._writer.put(self._job(key, occurrence, "failed", "", {"reason": reason}))

    def counts(self) -> tuple[int, int]:
        """Return how many calls have a reply on record, and how many were sent."""
        with self._reader.reading() as cursor:
            row = cursor.execute(_COUNTS, [self._run_id]).fetchone()
        return (int(row[0]), int(row[1])) if row else (0, 0)

    def _recorded(self) -> set[tuple[str, int]]:
        with self._reader.reading() as cursor:
            return {(key, number) for key, number in cursor.execute(_FINISHED, [self._run_id]).fetchall()}

    def _job(self, key: str, occurrence: int, state: str, call_id: str, value: Any = None) -> Job:
        body, texts = encode(value) if value else ("null", {})
        return Job("journal", (self._run_id, key, occurrence, state, call_id, time.time(), body, [*texts]), texts)
