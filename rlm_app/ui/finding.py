"""Where words occur in a run, step by step in the order of the timeline; pure functions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rlm_app.engine.trajectory import Trajectory
from rlm_app.engine.tree import Node, Subcall, Turn
from rlm_app.ui.crumbs import Path

REACH = 70


@dataclass(frozen=True, slots=True)
class Hit:
    """A step in which the words occur: where, in what of it, how often there, and the text around the first of them."""

    path: Path
    part: str
    count: int
    before: str
    found: str
    after: str


def hits(trajectory: Trajectory, sought: str) -> list[Hit]:
    """Return every step that holds the words, whatever their case; [] for no words."""
    words = sought.strip().casefold()
    return list(_in_node(trajectory.root, (), words)) if words else []


def occurrences(found: list[Hit]) -> int:
    """Return how often the words occur in all steps."""
    return sum(hit.count for hit in found)


def _in_node(node: Node, path: Path, words: str) -> Iterator[Hit]:
    for turn in node.turns:
        place = (*path, turn.reply.iteration)
        for part, text in _texts(turn):
            yield from _in_text(place, part, text, words)
        for number, call in enumerate(turn.subcalls, 1):
            yield from _in_call(call, (*place, number), words)


def _texts(turn: Turn) -> Iterator[tuple[str, str]]:
    for message in turn.reply.messages:
        yield "prompt", message.content
    yield "thought", turn.reply.reasoning
    yield "reply", turn.reply.reply
    for summary in turn.summaries:
        yield "summary", summary.reply
    for cell in turn.cells:
        if cell.started.code.strip() not in turn.reply.reply:  # a person has changed it
            yield "code", cell.started.code
        if cell.finished:
            yield "output", cell.finished.stdout
            if cell.finished.error:
                yield "error", cell.finished.error.message


def _in_call(call: Subcall, path: Path, words: str) -> Iterator[Hit]:
    yield from _in_text(path, "prompt", call.started.prompt, words)
    if call.finished:
        yield from _in_text(path, "reply", call.finished.error or call.finished.reply, words)
    if call.child:
        yield from _in_node(call.child, path, words)


def _in_text(path: Path, part: str, text: str, words: str) -> Iterator[Hit]:
    folded = text.casefold()
    at = folded.find(words)
    if at < 0:
        return
    # Folding may change lengths ("ß"), so the excerpt is a letter or two off there; the count is right.
    end = at + len(words)
    before, after = text[max(0, at - REACH) : at], text[end : end + REACH]
    yield Hit(path, part, folded.count(words), before, text[at:end], after)
