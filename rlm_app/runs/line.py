"""The line in which runs wait: a few at a time get in, and people take turns however many runs each of them has."""

from __future__ import annotations

import threading
from collections import deque

from rlm_app.cancel import CancelToken
from rlm_app.errors import Cancelled


class Line:
    """Lets `parallel` runs in at once; the next is always the oldest run of the owner whose turn it is.

    Whoever gets a run in goes behind all others who wait, so that a hundred runs of one person hold up another's single run
    by one run at most.
    """

    def __init__(self, parallel: int) -> None:
        self._parallel = parallel
        self._turns: deque[str] = deque()
        self._waiting: dict[str, list[str]] = {}
        self._owners: dict[str, str] = {}
        self._inside: set[str] = set()
        self._moved = threading.Condition()

    def join(self, run_id: str, owner: str) -> None:
        """Take the last place among the owner's runs, and the last turn for an owner who had none waiting."""
        with self._moved:
            if owner not in self._waiting:
                self._waiting[owner] = []
                self._turns.append(owner)
            self._waiting[owner].append(run_id)
            self._owners[run_id] = owner

    def enter(self, run_id: str, cancel: CancelToken) -> None:
        """Wait until it is this run's turn; raise `Cancelled` when it is stopped or taken out before that."""
        forget = cancel.on_cancel(lambda: self.leave(run_id))
        try:
            with self._moved:
                self._moved.wait_for(lambda: run_id not in self._owners or self._may_enter(run_id))
                if run_id not in self._owners:
                    raise Cancelled("The run was stopped before its turn came.")
                owner = self._take_out(run_id)
                if owner in self._waiting:
                    self._turns.remove(owner)
                    self._turns.append(owner)
                self._inside.add(run_id)
                self._moved.notify_all()
        finally:
            forget()

    def leave(self, run_id: str) -> None:
        """Make room for the next, wherever this run is: inside, in line or gone already."""
        with self._moved:
            self._inside.discard(run_id)
            self._take_out(run_id)
            self._moved.notify_all()

    def place(self, run_id: str) -> int:
        """Return 1 for the run that gets in next as things stand, and so on; 0 for one that does not wait."""
        with self._moved:
            owner = self._owners.get(run_id)
            if owner is None:
                return 0
            before = self._waiting[owner].index(run_id)
            turn = self._turns.index(owner)
            others = ((number, len(self._waiting[each])) for number, each in enumerate(self._turns) if each != owner)
            # Until its turn comes with `before` of the owner's runs gone, others got in as often, once more if they are ahead.
            return before + 1 + sum(min(count, before + (number < turn)) for number, count in others)

    @property
    def length(self) -> int:
        """How many runs wait."""
        with self._moved:
            return len(self._owners)

    def _may_enter(self, run_id: str) -> bool:
        return len(self._inside) < self._parallel and self._waiting[self._turns[0]][0] == run_id

    def _take_out(self, run_id: str) -> str:
        """Take a run out of the line and return its owner, "" when it does not wait."""
        owner = self._owners.pop(run_id, "")
        if owner:
            self._waiting[owner].remove(run_id)
            if not self._waiting[owner]:
                del self._waiting[owner]
                self._turns.remove(owner)
        return owner
