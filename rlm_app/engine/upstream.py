"""The reference's JSONL trajectory as a projection of ours (field list: alexzhang13/rlm, `rlm/logger`, `rlm/core/types.py`)."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from rlm_app.engine.trajectory import Cell, Node, Subcall, Trajectory, Turn
from rlm_app.events import RunStarted
from rlm_app.types import Message, Usage


def metadata_line(started: RunStarted) -> dict[str, Any]:
    """Return the first line of a completion: how it was set up."""
    return {
        "type": "metadata",
        "timestamp": _time(started.at),
        "root_model": started.root_model,
        "max_depth": started.limits.depth,
        "max_iterations": started.limits.iterations,
        "backend": started.backend,
        "backend_kwargs": {"model_name": started.root_model},
        "environment_type": started.environment,
        "environment_kwargs": {},
        "other_backends": None if started.sub_model == started.root_model else [started.backend],
    }


def iteration_line(node: Node, index: int, final: str | None) -> dict[str, Any]:
    """Return the line of the node's turn at `index`; `final` is the answer if this turn ended the completion."""
    turn = node.turns[index]
    prompt: list[Message] = []
    for earlier in node.turns[: index + 1]:
        prompt += earlier.reply.messages
    return {
        "type": "iteration",
        "iteration": index + 1,
        "timestamp": _time(turn.reply.at),
        "prompt": [{"role": message.role, "content": message.content} for message in prompt],
        "response": turn.reply.reply,
        "code_blocks": [_block(cell) for cell in turn.cells],
        "final_answer": final,
        "iteration_time": turn.seconds,
    }


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
    """Return the run's answer if this is its last turn and it ended there."""
    if trajectory.finished is None or turn is not trajectory.turns[-1]:
        return None
    return trajectory.finished.answer


def _block(cell: Cell) -> dict[str, Any]:
    done = cell.finished
    return {
        "code": cell.started.code,
        "result": {
            "stdout": done.stdout if done else "",
            "stderr": done.error.traceback if done and done.error else "",
            "locals": dict(done.variables) if done else {},
            "execution_time": done.seconds if done else None,
            "rlm_calls": [_call(subcall) for subcall in cell.subcalls],
            "final_answer": done.answer if done else None,
        },
    }


def _call(subcall: Subcall) -> dict[str, Any]:
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
        last = len(subcall.child.turns) - 1
        call["metadata"] = {
            "run_metadata": {"root_model": model},
            "iterations": [
                iteration_line(subcall.child, index, call["response"] if index == last else None)
                for index in range(last + 1)
            ],
        }
    return call


def _time(at: float) -> str:
    return datetime.datetime.fromtimestamp(at).isoformat(timespec="microseconds")
