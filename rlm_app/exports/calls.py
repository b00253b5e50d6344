"""Every model call of a run as a table in CSV that a spreadsheet reads as text and numbers, never as formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from rlm_app.engine.tree import Node, Subcall, Turn
from rlm_app.exports.inert import inert
from rlm_app.exports.material import Material
from rlm_app.types import Usage

HEAD = (
    *("call", "parent", "depth", "turn", "role", "model", "seconds", "input_tokens", "cached_tokens", "output_tokens"),
    *(
        "reasoning_tokens",
        "cost_usd",
        "estimated",
        "replayed",
        "finish",
        "error",
        "prompt_characters",
        "reply_characters",
    ),
)


def calls(material: Material) -> bytes:
    """Return the table as UTF-8 with a mark at its begin by which spreadsheets know that."""
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow(HEAD)
    writer.writerows(
        [inert(value) if isinstance(value, str) else value for value in row]
        for row in _node(material.trajectory.root, None)
    )
    return target.getvalue().encode("utf-8-sig", "replace")


def _node(node: Node, parent: str | None) -> Iterator[tuple[object, ...]]:
    for turn in node.turns:
        yield _turn(turn, parent, node)
        for subcall in turn.subcalls:
            yield _subcall(subcall)
            if subcall.child is not None:
                yield from _node(subcall.child, node.call_id)


def _turn(turn: Turn, parent: str | None, node: Node) -> tuple[object, ...]:
    reply = turn.reply
    sent = sum(len(message.content) for message in reply.messages)
    about = (
        node.call_id,
        parent or "",
        node.depth,
        reply.iteration,
        "root" if node.depth == 0 else "child",
        reply.model,
    )
    ends = (reply.replayed, reply.finish, "", sent, len(reply.reply))
    return (*about, round(reply.seconds, 3), *_usage(reply.usage), *ends)


def _subcall(subcall: Subcall) -> tuple[object, ...]:
    began, done = subcall.started, subcall.finished
    about = (began.call_id, began.parent_id or "", began.depth, began.iteration, began.role, began.model)
    if done is None:
        return (*about, "", *_usage(Usage(calls=0)), "", "", "it never ended", len(began.prompt), "")
    ends = (done.replayed, done.finish, done.error or "", len(began.prompt), len(done.reply))
    return (*about, round(done.seconds, 3), *_usage(done.usage), *ends)


def _usage(usage: Usage) -> tuple[object, ...]:
    counted = (usage.input_tokens, usage.cached_tokens, usage.output_tokens, usage.reasoning_tokens, usage.cost)
    return (*("" if value is None else value for value in counted), usage.estimated)
