"""Where something stands in the tree of turns and sub-calls; pure functions."""

from __future__ import annotations

Path = tuple[int, ...]
"""Numbers from the root down: a turn, a sub-call of it, a turn of that child, and so on."""

_KINDS = ("Turn", "sub-call")


def sentence(path: Path) -> str:
    """Return "Turn 2 › sub-call 3 › Turn 1"."""
    return " › ".join(f"{_KINDS[place % 2]} {number}" for place, number in enumerate(path))


def key(run_id: str, path: Path) -> str:
    """Return a name for the place that no other place of any run has."""
    return "-".join((run_id, *map(str, path)))


def last(path: Path) -> str:
    """Return the end of the way: "sub-call 3"."""
    return f"{_KINDS[(len(path) - 1) % 2]} {path[-1]}"
