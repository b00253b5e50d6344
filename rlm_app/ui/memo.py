"""What pages have read or worked out and may need again at once: kept for all visitors together, up to a size.

Kept with each visitor it would grow with their number, whatever the size of their documents.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from rlm_app.ui import host

NAME = "memo"
MOST = 64 << 20
"""Bytes that are kept in all; the newest is kept whatever its size."""

_T = TypeVar("_T")
_Key = tuple[str, Hashable]


class Memo:
    """Values by whose they are and what they are; safe to use from many threads. What was asked for longest ago goes first."""

    def __init__(self, most: int = MOST) -> None:
        """Keep so many bytes in all."""
        self._most = most
        self._lock = threading.Lock()
        self._kept: OrderedDict[_Key, tuple[Any, int]] = OrderedDict()
        self._bytes = 0

    @property
    def bytes(self) -> int:
        """How many bytes are kept, as they were told."""
        return self._bytes

    def get(self, owner: str, what: Hashable, make: Callable[[], _T], weigh: Callable[[_T], int]) -> _T:
        """Return an owner's value; one that is not kept is made, and kept unless it is None, as so many bytes."""
        key = (owner, what)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                found: _T = self._kept[key][0]
                return found
        made = make()
        if made is not None:
            self._keep(key, made, weigh(made))
        return made

    def forget(self, owner: str) -> None:
        """Let go of all that is an owner's."""
        with self._lock:
            for key in [key for key in self._kept if key[0] == owner]:
                self._drop(key)

    def _keep(self, key: _Key, value: object, size: int) -> None:
        with self._lock:
            if key in self._kept:  # made twice at the same time
                self._drop(key)
            self._kept[key] = value, size
            self._bytes += size
            while self._bytes > self._most and len(self._kept) > 1:
                self._drop(next(iter(self._kept)))

    def _drop(self, key: _Key) -> None:
        self._bytes -= self._kept.pop(key)[1]


def ours() -> Memo:
    """Return the memo of this process."""
    return host.once(NAME, Memo)
