"""Who runs when: most tests side by side, those that measure with nothing of the suite beside them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def turn(folder: Path, *, alone: bool) -> Iterator[None]:
    """Hold a place among the tests of all processes that share `folder`; who wants to be alone lets nobody new begin."""
    if sys.platform == "win32":
        yield
        return
    import fcntl

    with (folder / "gate.lock").open("a") as gate, (folder / "room.lock").open("a") as room:
        fcntl.flock(gate, fcntl.LOCK_EX)
        fcntl.flock(room, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        if not alone:
            fcntl.flock(gate, fcntl.LOCK_UN)
        yield
