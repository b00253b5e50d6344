"""Runs of which a row that nobody waited for could not be written: they are told, and nobody else is."""

from __future__ import annotations

import logging

from rlm_app.errors import StoreError
from rlm_app.store import unwritten
from rlm_app.store.batch import Job

_log = logging.getLogger(__name__)


class Lost:
    """Keeps for each such run the sentence on it, until who ends the run takes it; safe to use from many threads."""

    def __init__(self) -> None:
        self._sentences: dict[str, str] = {}

    def note(self, job: Job, error: Exception) -> bool:
        """Note that a row was not written; return False where the fault is not the row's, or the row is of no run."""
        if not job.run_id or not unwritten.is_of_the_row(error):
            return False
        what = job.event.kind if job.event else job.table
        _log.error("run %s: a row of %s could not be written (%s)", job.run_id, what, type(error).__name__)
        self._sentences.setdefault(job.run_id, unwritten.of_a_run(str(error)))
        return True

    def check(self, job: Job) -> None:
        """Raise `StoreError` for a row of such a run: what follows a gap is not kept."""
        if self._sentences and (sentence := self._sentences.get(job.run_id)):
            raise StoreError(sentence)

    def follows(self, job: Job) -> bool:
        """Whether the job is an event that was queued before its run was known to have a gap."""
        return job.event is not None and job.event.run_id in self._sentences

    def take(self, run_id: str) -> str:
        """Return the sentence on a run, "" where nothing of it was lost, and take more of it from now on."""
        return self._sentences.pop(run_id, "")
