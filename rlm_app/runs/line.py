"""The line in which runs wait: first come, first served, a few at a time."""

from __future__ import annotations

import threading

from rlm_app.cancel import CancelToken
from rlm_app.errors import Cancelled


class Line:
    """Lets `parallel` runs in at once; the others wait in the order in which they joined."""

    def __init__(self, parallel: int) -> None:
        self._parallel = parallel
        self._waiting: list[str] = []
        self._inside: set[str] = set()
        self._moved = threading.Condition()

    def join(self, run_id: str) -> None:
        """Take the last place in line."""
        with self._moved:
            self._waiting.append(run_id)

    def enter(self, run_id: str, cancel: CancelToken) -> None:
        """Wait until it is this run's turn; raise `Cancelled` when it is stopped before that."""
        forget = cancel.on_cancel(self._wake)
        try:
            with self._moved:
                self._moved.wait_for(lambda: cancel.cancelled or self._may_enter(run_id))
                self._waiting.remove(run_id)
                self._moved.notify_all()
                if cancel.cancelled:
                    raise Cancelled("The run was stopped before its turn came.")
                self._inside.add(run_id)
        finally:
            forget()

    def leave(self, run_id: str) -> None:
        """Make room for the next; does nothing for a run that is not inside."""
        with self._moved:
            self._inside.discard(run_id)
            self._moved.notify_all()

    def place(self, run_id: str) -> int:
        """Return 1 for the run that is next, and so on; 0 for one that does not wait."""
        with self._moved:
            return self._waiting.index(run_id) + 1 if run_id in self._waiting else 0

    @property
    def length(self) -> int:
        """How many runs wait."""
        with self._moved:
            return len(self._waiting)

    def _may_enter(self, run_id: str) -> bool:
        return len(self._inside) < self._parallel and self._waiting[0] == run_id

    def _wake(self) -> None:
        with self._moved:
            self._moved.notify_all()
