"""Records of runs as they were read last: a page that follows a run asks for its record several times a second."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rlm_app.records import RunRecord
from rlm_app.store.batch import Job

KEPT = 200


class Known:
    """Keeps records until something is committed that may change them; safe to use from many threads."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], RunRecord] = {}

    def get(self, run_id: str, owner: str, read: Callable[[], RunRecord | None]) -> RunRecord | None:
        """Return the owner's run as it is now; where it is not known, `read` gives it."""
        # What is read while a change is committed goes where nobody looks any more.
        found, key = self._found, (run_id, owner)
        record = found.get(key) or read()
        if record is not None and len(found) < KEPT:
            found[key] = record
        return record

    def committed(self, jobs: Sequence[Job]) -> None:
        """Forget all that is known, unless only rows were added that no record is made of, as events are."""
        if any(job.statement or job.table == "runs" for job in jobs):
            self.forget()

    def forget(self) -> None:
        """Forget all that is known."""
        self._found = {}
