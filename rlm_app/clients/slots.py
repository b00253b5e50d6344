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

    A round is as many calls as were allowed when it began. After it the number falls by half the share of the calls that the
    provider refused, so to a half when it refused all, and grows by one unless it refused most: additive increase,
    multiplicative decrease (Chiu and Jain, 1989), with the decrease of DCTCP (Alizadeh et al., 2010), because halving at
    each refusal would all but stop a run whose provider refuses one call in twenty.
    """

    def __init__(self, most: int = 64) -> None:
        self._most = max(1, most)
        self._allowed = float(self._most)
        self._taken = 0
        self._ended = 0
        self._refused = 0
        self._changed = threading.Condition(threading.Lock())

    @property
    def allowed(self) -> int:
        """How many calls may be under way at this moment."""
        return int(self._allowed)

    @contextmanager
    def turn(self, cancel: CancelToken) -> Iterator[None]:
        """Hold a slot for the block, waiting for one if need be; a `TryAgain` with `busy` set is a refusal.

        Raises `Cancelled` at once when `cancel` is set during the wait.
        """
        self._take(cancel)
        try:
            yield
        except TryAgain as again:
            self._give_back(refused=again.busy)
            raise
        except BaseException:
            self._give_back(refused=None)
            raise
        self._give_back(refused=False)

    def _take(self, cancel: CancelToken) -> None:
        with self._changed:
            if self._taken + 1 > self._allowed:
                self._wait(cancel)
            self._taken += 1

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

    def _give_back(self, *, refused: bool | None) -> None:
        """Take a slot back; None says that the call told nothing of how busy the provider is."""
        with self._changed:
            self._taken -= 1
            if refused is not None:
                self._ended += 1
                self._refused += refused
                if self._ended >= int(self._allowed):
                    self._end_round()
            self._changed.notify(2)  # one slot is given back, and one may have grown

    def _end_round(self) -> None:
        share = self._refused / self._ended
        grown = self._allowed * (1 - share / 2) + (1 if share < 0.5 else 0)
        self._allowed = min(float(self._most), max(1.0, grown))
        self._ended = self._refused = 0
