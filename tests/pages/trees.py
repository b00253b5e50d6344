"""Runs as their events tell them, made up, with moments that are round numbers of seconds."""

from __future__ import annotations

from typing import Any

from rlm_app.engine.trajectory import Trajectory
from rlm_app.events import CellFinished, CellStarted, ModelReplied, SubcallFinished, SubcallStarted
from rlm_app.types import Message, Usage


def base(at: float, call_id: str = "0", parent: str | None = None) -> dict[str, Any]:
    return {"run_id": "r", "at": at, "call_id": call_id, "parent_id": parent, "depth": call_id.count(".")}


def tree(calls: int, *, error: bool = False, second: float = 10.0, text: str = "") -> Trajectory:
    """Return a run of two turns whose first makes so many sub-calls; the last of them fails if asked to."""
    found = Trajectory()
    seq = iter(range(1, 10_000))

    def add(kind: Any, at: float, call_id: str = "0", parent: str | None = None, **fields: Any) -> None:
        found.add(kind(seq=next(seq), **base(at, call_id, parent), **fields))

    said: dict[str, Any] = {
        "messages": (Message("user", "Go."),),
        "reply": "x",
        "model": "m",
        "usage": Usage(calls=1, cost=0.5),
    }
    add(ModelReplied, 2.0, iteration=1, seconds=2.0, **said)
    add(CellStarted, 2.0, iteration=1, cell=1, code="…")
    for n in range(1, calls + 1):
        at: dict[str, Any] = {"iteration": 1, "cell": 1, "model": "s"}
        add(SubcallStarted, 2.0, f"0.{n}", "0", role="llm", prompt=f"Part {n}{text}", **at)
        failed = "It broke." if error and n == calls else None
        usage = Usage(calls=1, cost=0.001 * n)
        add(SubcallFinished, 2.0 + n, f"0.{n}", "0", reply=f"R{n}", usage=usage, error=failed, seconds=n, **at)
    add(CellFinished, 3.0 + calls, iteration=1, cell=1, stdout="")
    add(ModelReplied, 3.0 + calls + second, iteration=2, seconds=2.0, **said)
    return found
