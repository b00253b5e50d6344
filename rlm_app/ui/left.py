"""Which sub-calls had left for a provider when a run was stopped; pure functions."""

from __future__ import annotations

from rlm_app.engine.trajectory import Trajectory
from rlm_app.engine.tree import Node, Subcall
from rlm_app.ui import crumbs, safe, words

SHOWN = 8


def had_left(trajectory: Trajectory) -> list[tuple[crumbs.Path, Subcall]]:
    """Return the sub-calls that began and brought no reply because the run ended, with their places."""
    return list(_below(trajectory.root, ()))


def lines(trajectory: Trajectory) -> list[str]:
    """Return a line of safe Markdown for each such call, and how many more there are."""
    found = had_left(trajectory)
    shown = [
        f"- {crumbs.sentence(path)} · {safe.label(call.started.model)} · "
        f":gray[{safe.label(words.clip(call.started.prompt[:400], 80))}]"
        for path, call in found[:SHOWN]
    ]
    return shown + ([f"- and {len(found) - SHOWN:,} more"] if len(found) > SHOWN else [])


def _below(node: Node, place: crumbs.Path) -> list[tuple[crumbs.Path, Subcall]]:
    found: list[tuple[crumbs.Path, Subcall]] = []
    for turn in node.turns:
        for number, call in enumerate(turn.subcalls, 1):
            path = (*place, turn.reply.iteration, number)
            if call.child is not None:
                found += _below(call.child, path)
            elif _was_under_way(call):
                found.append((path, call))
    return found


def _was_under_way(call: Subcall) -> bool:
    """Whether the call was sent and nothing came back; one that was stopped before it was sent costs nothing."""
    error = call.finished.error if call.finished else "stopped"
    return bool(error) and "stopped" in str(error) and " before " not in str(error)
