"""How many calls a backend gets at once: never more than allowed, fewer when it asks to slow down."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from rlm_app.cancel import CancelToken
from rlm_app.clients.retry import TryAgain
from rlm_app.errors import Cancelled


class Slots:
    """Lets at most `most` calls be under way at once, over all clients that share it.

    The number is halved when the provider asks to slow down and grows back by one for each round of calls that went well:
    additive increase, multiplicative decrease (Chiu and Jain, 1989), as TCP does (Jacobson, 1988).
    """

    def __init__(self, most: int = 64) -> None:
        self._most = max(1, most)
        self._allowed = float(self._most)
        self._taken = 0
        self._round = 0
        self._changed = threading.Condition(threading.Lock())

    @property
    def allowed(self) -> int:
        """How many calls may be under way at this moment."""
        return int(self._allowed)

    @contextmanager
    def turn(self, cancel: CancelToken) -> Iterator[None]:
        """Hold a slot for the block, waiting for one if need be; a `TryAgain` with `busy` set lowers the number.

        Raises `Cancelled` at once when `cancel` is set during the wait.
        """
        sent_in = self._take(cancel)
        try:
            yield
        except TryAgain as again:
            self._give_back(slower=again.busy and sent_in == self._round)
            raise
        except BaseException:
            self._give_back()
            raise
        self._give_back(faster=True)

    def _take(self, cancel: CancelToken) -> int:
        with self._changed:
            if self._taken + 1 > self._allowed:
                self._wait(cancel)
            self._taken += 1
            return self._round

    def _wait(self, cancel: CancelToken) -> None:
        # The callback of a cancel needs the lock, so it is taken back only when the lock has been given up.
        self._changed.release()
        try:
            forget = cancel.on_cancel(self._wake)
        finally:
            self._changed.acquire()
        try:
            self._changed.wait_for(lambda: cancel.cancelled or self._taken + 1 <= self._allowed)
        finally:
            forget()
        if cancel.cancelled:
            self._changed.notify()  # the slot that woke this call, if it was one, is for another
            raise Cancelled("The call was stopped before it was sent.")

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _give_back(self, *, faster: bool = False, slower: bool = False) -> None:
        with self._changed:
            self._taken -= 1
            if slower:
                # Calls sent before this halving may be refused for the same reason; they do not halve it again.
                self._round += 1
                self._allowed = max(1.0, self._allowed / 2)
            elif faster:
                self._allowed = min(float(self._most), self._allowed + 1 / self._allowed)
            self._changed.notify(2)  # one slot is given back, and one may have grown
