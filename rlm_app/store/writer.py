"""The one thread that writes: what callers queue is committed in batches, in the order it was queued."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rlm_app.errors import StoreError
from rlm_app.store import unwritten
from rlm_app.store.batch import Job
from rlm_app.store.lost import Lost
from rlm_app.store.safekeeping import Safekeeping, line_of
from rlm_app.store.transactions import Transactions

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

LINGER = 0.08
BATCH = 1_000
QUEUE = 20_000
LAGS = 600
PATIENCE = 1.0
"""Seconds between two looks whether a full disk has room again."""


class Writer:
    """Commits jobs on its own thread; once the file itself cannot be written, every later call is refused.

    A row that cannot be written fails for who waits for it, or else for its run: see `lost`. While the disk is full, rows
    that nobody waits for are held and tried again; whoever waits, or comes, is told.
    """

    def __init__(
        self,
        connection: DuckDBPyConnection,
        path: str,
        committed: Callable[[Sequence[Job]], None],
        safe: Safekeeping | None = None,
    ) -> None:
        self._transactions = Transactions(connection, self._break)
        self._path = path
        self._committed = committed
        self._safe = safe
        self._jobs: deque[Job] = deque()
        self._changed = threading.Condition()
        self._keeping = threading.Lock()
        self._urgent = False
        self._closing = False
        self._broken: str | None = None
        self._full: str | None = None
        self.lost = Lost()
        self._oldest: float | None = None
        self._began: float | None = None
        self._lags: deque[float] = deque(maxlen=LAGS)
        self._thread = threading.Thread(target=self._work, name="store-writer", daemon=True)
        self._thread.start()

    def put(self, job: Job) -> None:
        """Queue a job and return; raise `StoreError` when the store is closed, or can no longer write, or not of this run."""
        with self._changed:
            self._wait_for_room()
            self.lost.check(job)
            self._queue(job)

    def keep(self, job: Job) -> None:
        """Queue a row of the journal; when this returns it outlives the process. Raises `StoreError`."""
        line = line_of(job)
        with self._changed:
            self._wait_for_room()
        try:
            # In one go with the queue, or the turn of the line's file might be over before the writer knows of the row.
            with self._keeping:
                if self._safe:
                    self._safe.write(line)
                with self._changed:
                    self._queue(job)
        except OSError as error:
            raise StoreError(self._sentence(str(error))) from error

    def settle(self) -> None:
        """Return when all rows kept before this call are on disk; raise `StoreError`."""
        try:
            if self._safe:
                self._safe.settle()
        except OSError as error:
            raise StoreError(self._sentence(str(error))) from error

    def wait(self, job: Job) -> Any:
        """Queue a job, wait until it is committed, and return what its statement returned; raise `StoreError`."""
        done: Future[Any] = Future()
        self.put(replace(job, done=done))
        return done.result()

    @property
    def trouble(self) -> str:
        """The sentence for which nothing can be written now, "" where it can."""
        return self._broken or self._full or ""

    @property
    def waiting(self) -> int:
        """How many jobs are queued and not committed."""
        return len(self._jobs)

    @property
    def lag(self) -> float:
        """Seconds that the slowest of the last batches took from the first row queued to their commit, or takes now."""
        oldest = self._began or self._oldest
        return max([*self._lags, time.monotonic() - oldest if oldest else 0.0])

    def close(self) -> None:
        """Commit what is queued and end the thread; may be called twice."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join()

    def _wait_for_room(self) -> None:
        if len(self._jobs) >= QUEUE:
            self._changed.wait_for(lambda: len(self._jobs) < QUEUE or self.trouble or self._closing)

    def _queue(self, job: Job) -> None:
        if self.trouble or self._closing:
            raise StoreError(self.trouble or f"The data file {self._path} was closed; nothing more can be written.")
        self._jobs.append(job)
        self._oldest = self._oldest or time.monotonic()
        self._urgent = self._urgent or job.done is not None
        if self._urgent or len(self._jobs) in {1, BATCH}:
            self._changed.notify_all()

    def _work(self) -> None:
        while batch := self._gather():
            self._commit(batch)
        self._transactions.close()
        if self._safe:
            self._safe.close(remove=self._broken is None)

    def _gather(self) -> list[Job]:
        """Wait for jobs and return a batch, at once if somebody waits for it; return nothing when all is done."""
        with self._changed:
            self._changed.wait_for(lambda: self._jobs or self._closing)
            deadline = time.monotonic() + LINGER
            while not (self._urgent or self._closing or len(self._jobs) >= BATCH):
                left = deadline - time.monotonic()
                if left <= 0 or not self._changed.wait(left):
                    break
        with self._keeping, self._changed:
            batch, self._urgent = list(self._jobs), False
            self._began, self._oldest = self._oldest, None
            self._jobs.clear()
            if self._safe and not self._broken:
                self._safe.turn()
            self._changed.notify_all()
        return batch

    def _commit(self, batch: Sequence[Job]) -> None:
        """Commit the batch as one transaction, or each job alone where one of them cannot be written."""
        batch = [job for job in batch if not self.lost.follows(job)]
        try:
            results = self._transact(batch)
        except Exception as error:  # noqa: BLE001 - whatever went wrong must reach the callers and not end the thread
            if unwritten.is_full(str(error)):
                self._hold(batch, str(error))
            elif len(batch) > 1:
                for job in batch:
                    self._commit([job])
            else:
                self._refuse(batch[0], error)
            return
        self._committed(batch)
        if self._began:
            self._lags.append(time.monotonic() - self._began)
            self._began = None
        for job, result in zip(batch, results, strict=True):
            if job.done:
                job.done.set_result(result)

    def _hold(self, batch: Sequence[Job], reason: str) -> None:
        """Tell those who wait that there is no room, and try the rest again until there is."""
        sentence = self._sentence(reason)
        held = self._tell(batch, sentence)
        if not held:
            return
        with self._changed:
            self._full = sentence
            queued, self._jobs = self._jobs, deque()
            self._changed.notify_all()
        held += self._tell(queued, sentence)
        while not self._fits(held):
            with self._changed:
                if self._changed.wait_for(lambda: self._closing, PATIENCE):
                    self._broken = sentence
                    return
        with self._changed:
            self._full = None

    def _tell(self, jobs: Iterable[Job], sentence: str) -> list[Job]:
        """Let those who wait for a job know that it was not done; return the jobs that nobody waits for."""
        held = []
        for job in jobs:
            if job.done:
                job.done.set_exception(StoreError(sentence))
            else:
                held.append(job)
        return held

    def _fits(self, held: Sequence[Job]) -> bool:
        try:
            self._transact(held)
        except Exception as error:  # noqa: BLE001 - the same as where they are first written
            if unwritten.is_full(str(error)):
                return False
            self._commit(held)
            return True
        self._committed(held)
        return True

    def _transact(self, batch: Sequence[Job]) -> list[Any]:
        if self._broken:
            raise StoreError(self._broken)
        return self._transactions.carry_out(batch)

    def _refuse(self, job: Job, error: Exception) -> None:
        reason = str(error)
        if job.done:
            job.done.set_exception(error if isinstance(error, StoreError) else StoreError(self._sentence(reason)))
        elif not self.lost.note(job, error):
            self._break(reason)

    def _break(self, reason: str) -> None:
        with self._changed:
            self._broken = self._broken or self._sentence(reason)
            self._changed.notify_all()

    def _sentence(self, reason: str) -> str:
        return unwritten.sentence(self._path, reason)
