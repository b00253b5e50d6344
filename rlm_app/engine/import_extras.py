"""What a reference file says and our events do not: found by telling the events back in its form and comparing."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from rlm_app.engine.import_lines import Completion, Line
from rlm_app.engine.import_prompts import news
from rlm_app.engine.trajectory import Trajectory
from rlm_app.engine.tree import Cell, Node, Subcall
from rlm_app.engine.upstream import OURS, reference_lines
from rlm_app.events import CellFinished, CellStarted, Event, ModelReplied, RunStarted, SubcallFinished

Extras = dict[int, dict[str, Any]]


def with_extras(events: Sequence[Event], completion: Completion) -> list[Event]:
    """Return the events with an `extra` wherever the export would not give back what the file says."""
    extras: Extras = {}
    _note_marks(Trajectory.fold(events).root, completion.turns, extras)
    _note_others(events, completion, extras)
    marked = _attach(events, extras)
    trajectory = Trajectory.fold(marked)
    told = [line for line in reference_lines(trajectory) if str(line.get("type")) in {"metadata", "iteration"}]
    _compare(marked[0], completion.metadata, told[0], extras)
    lines = told[len(told) - len(completion.turns) :]
    _compare_turns(trajectory.root, completion.turns, lines, extras)
    return _attach(events, extras)


def _attach(events: Sequence[Event], extras: Extras) -> list[Event]:
    return [_with_extra(event, extras[event.seq]) if extras.get(event.seq) else event for event in events]


def _with_extra(event: Event, extra: Mapping[str, Any]) -> Event:
    match event:
        case RunStarted() | ModelReplied() | CellStarted() | CellFinished() | SubcallFinished():
            return dataclasses.replace(event, extra=extra)
    return event


def _note_marks(node: Node, lines: Sequence[Line], extras: Extras) -> None:
    """Note how long a prompt the file showed with a turn, where it showed more than was sent."""
    for turn, new in zip(node.turns, news(lines), strict=True):
        if new.logged is not None:
            extras[turn.reply.seq] = {OURS: {"prompt_length": new.logged}}
    for subcall, call in _calls(node, lines):
        if subcall.child:
            _note_marks(subcall.child, call["metadata"]["iterations"], extras)


def _note_others(events: Sequence[Event], completion: Completion, extras: Extras) -> None:
    heads = [event for event in events if event.depth == 0 and isinstance(event, RunStarted | ModelReplied)]
    for turns, line in completion.others:
        ours = extras.setdefault(heads[turns].seq, {}).setdefault(OURS, {})
        ours.setdefault("lines_after", []).append(line)


def _compare(event: Event, said: Line, told: Line, extras: Extras, *structure: str) -> None:
    more = _surplus(said, told, OURS, *structure)
    if more:
        extras.setdefault(event.seq, {}).update(more)


def _surplus(said: Line, told: Line, *apart: str) -> Line:
    """Return what is said and not told, without the keys in `apart`."""
    return {key: value for key, value in said.items() if key not in apart and (key not in told or told[key] != value)}


def _compare_turns(node: Node, said: Sequence[Line], told: Sequence[Line], extras: Extras) -> None:
    for turn, said_line, told_line in zip(node.turns, said, told, strict=True):
        _compare(turn.reply, said_line, told_line, extras, "code_blocks")
        blocks = zip(turn.cells, said_line.get("code_blocks") or [], told_line["code_blocks"], strict=True)
        for cell, said_block, told_block in blocks:
            _compare_block(cell, said_block, told_block, extras)


def _compare_block(cell: Cell, said: Line, told: Line, extras: Extras) -> None:
    _compare(cell.started, said, told, extras, "result")
    said_result, told_result = said.get("result") or {}, told["result"]
    if cell.finished:
        _compare(cell.finished, said_result, told_result, extras, "rlm_calls")
    for subcall, said_call, told_call in zip(
        cell.subcalls, said_result.get("rlm_calls") or [], told_result["rlm_calls"], strict=True
    ):
        _compare_call(subcall, said_call, told_call, extras)


def _compare_call(subcall: Subcall, said: Line, told: Line, extras: Extras) -> None:
    if subcall.finished is None or subcall.child is None:
        _compare(subcall.finished or subcall.started, said, told, extras)
        return
    _compare(subcall.finished, said, told, extras, "metadata")
    metadata, known = said["metadata"], told["metadata"]
    more = _surplus(metadata, known, "iterations")
    if more:
        extras.setdefault(subcall.finished.seq, {}).setdefault(OURS, {})["metadata"] = more
    _compare_turns(subcall.child, metadata["iterations"], known["iterations"], extras)


def _calls(node: Node, lines: Sequence[Line]) -> list[tuple[Subcall, Line]]:
    pairs: list[tuple[Subcall, Line]] = []
    for turn, line in zip(node.turns, lines, strict=True):
        results = [block.get("result") or {} for block in line.get("code_blocks") or []]
        for cell, result in zip(turn.cells, results, strict=True):
            pairs += zip(cell.subcalls, result.get("rlm_calls") or [], strict=True)
    return pairs
