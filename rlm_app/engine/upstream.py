"""The reference's JSONL trajectory as a projection of ours (field list: alexzhang13/rlm, `rlm/logger`, `rlm/core/types.py`).

What an imported file said otherwise, or said beside the known fields, stands in the events' `extra` and is written back.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from rlm_app.engine.trajectory import Trajectory
from rlm_app.engine.tree import Cell, Node, Subcall, Turn
from rlm_app.events import RunStarted
from rlm_app.types import Message, Usage

OURS = "rlm_app"
"""The one key of an `extra` that is ours and not the file's: where foreign lines stood, and how prompts were logged."""


def reference_lines(trajectory: Trajectory) -> list[dict[str, Any]]:
    """Return a run as the lines of the reference's file: metadata, then one line a turn."""
    lines = []
    if trajectory.started is not None:
        lines += [metadata_line(trajectory.started), *_lines_after(trajectory.started.extra)]
    for index, turn in enumerate(trajectory.turns):
        lines.append(iteration_line(trajectory.root, index, final_answer(trajectory, turn), trajectory.started))
        lines += _lines_after(turn.reply.extra)
    return lines


def metadata_line(started: RunStarted) -> dict[str, Any]:
    """Return the first line of a completion: how it was set up."""
    line = {"type": "metadata", "timestamp": _time(started.at), **_setup(started, started.root_model)}
    return line | _foreign(started.extra)


def iteration_line(node: Node, index: int, final: str | None, started: RunStarted | None = None) -> dict[str, Any]:
    """Return the line of the node's turn at `index`; `final` is the answer if this turn ended the completion."""
    turn = node.turns[index]
    line = {
        "type": "iteration",
        "iteration": index + 1,
        "timestamp": _time(turn.ended),
        "prompt": _logged_prompt(node, index),
        "response": turn.reply.reply,
        "final_answer": final,
        "iteration_time": turn.seconds,
    }
    blocks = [_block(cell, started) for cell in turn.cells]
    return line | _foreign(turn.reply.extra) | {"code_blocks": blocks}


def usage_summary(by_model: Mapping[str, Usage]) -> dict[str, Any]:
    """Return usage in the reference's shape; a cost that nobody knows is left out."""
    summaries = {}
    for model, usage in by_model.items():
        summaries[model] = {
            "total_calls": usage.calls,
            "total_input_tokens": usage.input_tokens or 0,
            "total_output_tokens": usage.output_tokens or 0,
            **({} if usage.cost is None else {"total_cost": usage.cost}),
        }
    costs = [usage.cost for usage in by_model.values() if usage.cost is not None]
    return {"model_usage_summaries": summaries, **({"total_cost": sum(costs)} if costs else {})}


def final_answer(trajectory: Trajectory, turn: Turn) -> str | None:
    """Return the run's answer if this is its last turn and it ended there with one."""
    if trajectory.finished is None or turn is not trajectory.turns[-1]:
        return None
    return trajectory.finished.answer or None


def _setup(started: RunStarted, model: str) -> dict[str, Any]:
    return {
        "root_model": model,
        "max_depth": started.limits.depth,
        "max_iterations": started.limits.iterations,
        "backend": started.backend,
        "backend_kwargs": {"model_name": model},
        "environment_type": started.environment,
        "environment_kwargs": {},
        "other_backends": None if started.sub_model == started.root_model else [started.backend],
    }


def _logged_prompt(node: Node, index: int) -> list[dict[str, str]]:
    """Return the messages of the turn's prompt, or as many of the last prompt as the imported file showed with each turn."""
    length = node.turns[index].reply.extra.get(OURS, {}).get("prompt_length")
    messages = _prompt(node, index) if length is None else _prompt(node, len(node.turns) - 1)[:length]
    return [{"role": message.role, "content": message.content} for message in messages]


def _prompt(node: Node, index: int) -> list[Message]:
    messages: list[Message] = []
    for turn in node.turns[: index + 1]:
        messages = [*([] if turn.reply.restart else messages), *turn.reply.messages]
    return messages


def _block(cell: Cell, started: RunStarted | None) -> dict[str, Any]:
    done = cell.finished
    result: dict[str, Any] = {
        "stdout": done.stdout if done else "",
        "stderr": done.error.traceback if done and done.error else "",
        "locals": dict(done.variables) if done else {},
        "execution_time": done.seconds if done else None,
        "final_answer": done.answer if done else None,
    }
    result |= _foreign(done.extra) if done else {}
    result["rlm_calls"] = [_call(subcall, started) for subcall in cell.subcalls]
    return {"code": cell.started.code} | _foreign(cell.started.extra) | {"result": result}


def _call(subcall: Subcall, started: RunStarted | None) -> dict[str, Any]:
    done = subcall.finished
    model = done.model if done else subcall.started.model
    call: dict[str, Any] = {
        "root_model": model,
        "prompt": subcall.started.prompt,
        "response": done.reply if done else "",
        "usage_summary": usage_summary({model: done.usage} if done else {}),
        "execution_time": done.seconds if done else None,
    }
    if done and done.error:
        call["error"] = done.error
    if subcall.child is not None:
        call["metadata"] = _child(subcall.child, started, model, call["response"])
        call["metadata"] |= done.extra.get(OURS, {}).get("metadata", {}) if done else {}
    return call | _foreign(done.extra if done else {})


def _child(node: Node, started: RunStarted | None, model: str, response: str) -> dict[str, Any]:
    last = len(node.turns) - 1
    lines = [
        iteration_line(node, index, response if index == last else None, started) for index in range(len(node.turns))
    ]
    return {"run_metadata": _setup(started, model) if started else {"root_model": model}, "iterations": lines}


def _foreign(extra: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in extra.items() if key != OURS}


def _lines_after(extra: Mapping[str, Any]) -> list[dict[str, Any]]:
    return list(extra.get(OURS, {}).get("lines_after", ()))


def _time(at: float) -> str:
    return datetime.datetime.fromtimestamp(at).isoformat(timespec="microseconds")
