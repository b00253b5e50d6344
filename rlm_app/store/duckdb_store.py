"""The data file: runs, events, journal and library in one DuckDB file that one process owns."""

from __future__ import annotations

import datetime as dt
import threading
import weakref
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from rlm_app.events import Event
from rlm_app.finding import Day, FoundRuns, RunQuery, Table, Workspace
from rlm_app.records import Census, JournalRow, RunRecord
from rlm_app.store import (
    asking,
    counting,
    documents,
    events,
    forgetting,
    preferences,
    runs,
    searching,
    sweep,
    workspace,
)
from rlm_app.store.batch import Job
from rlm_app.store.grids import DuckDBGrids
from rlm_app.store.journal import DuckDBJournal
from rlm_app.store.known import Known
from rlm_app.store.ledger import DuckDBLedger
from rlm_app.store.opening import MEMORY, open_file, suspicion
from rlm_app.store.reading import Reader
from rlm_app.store.recovery import kept_safe
from rlm_app.store.shares import DuckDBLinks
from rlm_app.store.writer import Writer
from rlm_app.types import Document, DocumentInfo


class DuckDBStore:
    """A `RunStore` in a DuckDB file at `path`, in memory for ":memory:", or at MotherDuck for "md:name".

    Raises `StoreError` with a sentence. What cannot be at MotherDuck is kept beside the file `beside`.

    Writes go through one thread; reads have a cursor each. Whoever opens and closes the file by other means in this
    process takes DuckDB's lock off it: POSIX drops a process's locks on a file with the first descriptor it closes.
    """

    def __init__(self, path: str | Path, beside: Path | None = None) -> None:
        opened = open_file(path)
        connection, self.notice = opened.connection, opened.notice
        here = beside or Path(path)
        safe = None if str(path) == MEMORY else kept_safe(connection, here)
        self._reader = Reader(connection, suspicion(here))
        self._last: dict[str, int] = {}
        self._known = Known()
        self._journals: weakref.WeakValueDictionary[str, DuckDBJournal] = weakref.WeakValueDictionary()
        self._journals_lock = threading.Lock()
        self._without_journal: set[str] = set()
        self._writer = Writer(
            connection.cursor(), str(path), _each(events.noting(self._last), self._known.committed), safe
        )
        self._grids = DuckDBGrids(self._writer, self._reader)
        self.shares = DuckDBLinks(self._writer, self._reader)
        self._ledger = DuckDBLedger(self._writer, self._reader)
        # Ends the writer before the interpreter tears down its daemon threads, also where nobody called close().
        self._close = weakref.finalize(self, _shut, self._writer, self._reader)

    @property
    def grids(self) -> DuckDBGrids:
        """The grids of the file."""
        return self._grids

    @property
    def ledger(self) -> DuckDBLedger:
        """What people have used of each day."""
        return self._ledger

    def add_run(self, record: RunRecord) -> None:
        """Keep a new run; durable when this returns. Raises `StoreError` for an id that is there, whoever's it is."""
        with self._reader.reading() as cursor:
            job = runs.add(cursor, record)
        self._writer.wait(job)
        self._without_journal.add(record.id)

    def update_run(self, run_id: str, **changes: Any) -> None:
        """Change columns of a run, if it is still there; durable when this returns."""
        self._writer.wait(runs.change(run_id, changes))

    def run(self, run_id: str, owner: str) -> RunRecord | None:
        """Return the run, or None if there is none of that id for this owner."""
        return self._known.get(run_id, owner, lambda: self._read_run(run_id, owner))

    def runs(self, owner: str, limit: int = 200) -> list[RunRecord]:
        """Return the newest runs first."""
        with self._reader.reading() as cursor:
            return runs.read_newest(cursor, owner, limit)

    def find_runs(self, owner: str, query: RunQuery) -> FoundRuns:
        """Return the part of the owner's runs that is asked for, and what there is to choose from."""
        with self._reader.reading() as cursor:
            return searching.search(cursor, owner, query)

    def days(self, owner: str, query: RunQuery, zone: dt.tzinfo = dt.UTC) -> tuple[Day, ...]:
        """Return what the runs that fit used on each day of a time zone, oldest first."""
        with self._reader.reading() as cursor:
            return searching.days(cursor, owner, query, zone)

    def ask(self, owner: str, sql: str) -> Table:
        """Answer a question in SQL over the owner's runs, calls and citations alone; raise `StoreError` with the reason."""
        with self._reader.reading() as cursor:
            tables = asking.copied(cursor, owner, sql)
        return asking.answer(tables, sql)

    def delete_run(self, run_id: str, owner: str) -> None:
        """Remove the run with its events, its journal and the texts that only it refers to."""
        self._writer.wait(Job(statement=lambda connection: sweep.delete_run(connection, run_id, owner)))

    def append_event(self, event: Event) -> None:
        """Queue the event; it is committed within a tenth of a second, and readable only then."""
        self._writer.put(Job(event=event))

    def events(self, run_id: str, owner: str, after: int = 0) -> list[Event]:
        """Return the run's committed events with `seq` > after, in order; with nothing new, without asking the file."""
        if after >= self._last.get(run_id, after + 1):
            return []
        with self._reader.reading() as cursor:
            found = events.read(cursor, run_id, owner, after)
        if found:
            self._last.setdefault(run_id, found[-1].seq)  # a commit since then has said which is the last
        return found

    def last_seq(self, run_id: str) -> int:
        """Return the `seq` of the run's last event that was committed since the store was opened, 0 for none; asks no file."""
        return self._last.get(run_id, 0)

    def flush(self) -> None:
        """Return once everything queued before this call is committed."""
        self._writer.wait(Job())

    def lost(self, run_id: str) -> str:
        """Return, once, why a queued row of the run was not committed, nor any event after it; "" where all were."""
        return self._writer.lost.take(run_id)

    def journal(self, run_id: str) -> DuckDBJournal:
        """Return the journal of a run, the same one to all who hold it."""
        with self._journals_lock:
            journal = self._journals.get(run_id)
            if journal is None:
                empty = run_id in self._without_journal
                journal = self._journals[run_id] = DuckDBJournal(run_id, self._writer, self._reader, empty=empty)
                self._without_journal.discard(run_id)
            return journal

    def interrupt_others(self, boot: str) -> list[RunRecord]:
        """Mark live runs of other processes as interrupted; return them as they now are."""
        interrupted: list[RunRecord] = self._writer.wait(runs.interrupt_others(boot))
        return interrupted

    def add_document(self, document: Document, owner: str) -> None:
        """Keep a document once per content, and list it for this owner; durable when this returns."""
        self._writer.wait(documents.keep(document, owner))

    def document(self, sha256: str, owner: str) -> Document | None:
        """Return a document with its text, or None if this owner has none of that name."""
        with self._reader.reading() as cursor:
            return documents.read(cursor, sha256, owner)

    def documents(self, owner: str) -> list[DocumentInfo]:
        """Return what is known of this owner's documents, newest first."""
        with self._reader.reading() as cursor:
            return documents.read_all(cursor, owner)

    def delete_document(self, sha256: str, owner: str) -> None:
        """Take the document off this owner's list; its text goes when nobody lists it any more."""
        self._writer.wait(documents.remove(sha256, owner))

    def preference(self, owner: str, name: str) -> Any:
        """Return a value this owner set, None where nothing of that name is kept."""
        with self._reader.reading() as cursor:
            return preferences.read(cursor, owner, name)

    def keep_preference(self, owner: str, name: str, value: Any) -> None:
        """Keep a JSON value for this owner in place of an earlier one; None forgets it. Durable when this returns."""
        self._writer.wait(preferences.keep(owner, name, value))

    def census(self, now: float) -> Census:
        """Return numbers on all that is kept; raise `StoreError` when the file cannot be read."""
        with self._reader.reading() as cursor:
            counted = counting.counted(cursor, now)
        writer = self._writer
        return Census(*counted, writer.lag, writer.waiting, writer.trouble, self.notice)

    def workspaces(self) -> list[Workspace]:
        """Return who keeps something here, for who runs the app."""
        with self._reader.reading() as cursor:
            return counting.workspaces(cursor)

    def storage(self, owner: str) -> int:
        """Return how many bytes what is kept of this owner has, their files included."""
        with self._reader.reading() as cursor:
            return counting.storage(cursor, owner)

    def stored(self) -> int:
        """Return how many bytes everybody's documents and files, long texts and links have."""
        with self._reader.reading() as cursor:
            return counting.stored(cursor)

    def journal_rows(self, run_id: str, owner: str) -> list[JournalRow]:
        """Return what is kept of the calls of this owner's run."""
        with self._reader.reading() as cursor:
            return workspace.journal(cursor, run_id, owner)

    def preferences(self, owner: str) -> dict[str, Any]:
        """Return all that this owner has set, by name."""
        with self._reader.reading() as cursor:
            return workspace.preferences(cursor, owner)

    def take_in(self, record: RunRecord, events: Sequence[Event], rows: Sequence[JournalRow]) -> str | None:
        """Keep a whole run, unless one of its id is there: then return whose that is. Durable when this returns."""
        owner: str | None = self._writer.wait(workspace.take_in(record, events, rows))
        self._last.pop(record.id, None)
        return owner

    def forget(self, owner: str) -> None:
        """Remove everything of this owner for good; durable when this returns. End their runs first."""
        self._writer.wait(Job(statement=lambda connection: forgetting.forget(connection, owner)))

    def close(self) -> None:
        """Commit what is queued and let go of the file."""
        self._close()
        self._known.forget()

    def _read_run(self, run_id: str, owner: str) -> RunRecord | None:
        with self._reader.reading() as cursor:
            return runs.read(cursor, run_id, owner)


def _each(*told: Callable[[Sequence[Job]], None]) -> Callable[[Sequence[Job]], None]:
    def committed(jobs: Sequence[Job]) -> None:
        for tell in told:
            tell(jobs)

    return committed


def _shut(writer: Writer, reader: Reader) -> None:
    writer.close()
    reader.close()
