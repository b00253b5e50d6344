"""What the clients of one backend share in a run, so that root and sub-model use the same connections."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from rlm_app.clients.slots import Slots

T = TypeVar("T")
Opened = tuple[T, Callable[[], None]]
"""Something that was opened, and what closes it."""


class Pool:
    """The slots of one backend (one address, one key) and the connections that the first call opens for all its clients.

    Who makes a pool closes it: a client that is given none makes one of its own.
    """

    def __init__(self, most: int = 64) -> None:
        self.most = most
        self.slots = Slots(most)
        self._lock = threading.Lock()
        self._opened: Opened[Any] | None = None

    def get(self, opener: Callable[[], Opened[T]]) -> T:
        """Return what was opened here, opening it first if this is the first call; all clients give the same opener."""
        with self._lock:
            if self._opened is None:
                self._opened = opener()
            opened: T = self._opened[0]
            return opened

    def close(self) -> None:
        """Close what was opened; may be called twice."""
        with self._lock:
            opened, self._opened = self._opened, None
        if opened is not None:
            opened[1]()


class Pools:
    """The pools of one run, one for each place its clients talk to; each lets `most` calls be under way at once."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._pools: dict[Hashable, Pool] = {}

    def of(self, place: Hashable) -> Pool:
        """Return the pool of a place; the backend, the address and the key together name one."""
        return self._pools.setdefault(place, Pool(self._most))

    def close(self) -> None:
        """Close all of them."""
        for pool in self._pools.values():
            pool.close()
