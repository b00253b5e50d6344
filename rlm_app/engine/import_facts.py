"""Single facts of a reference file: what a call used, which limits held, how a completion began and ended."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from rlm_app.engine import import_text as text
from rlm_app.engine.import_lines import Completion, Line, check_iteration
from rlm_app.events import Event, ModelReplied, SubcallFinished
from rlm_app.types import NO_USAGE, Limits, Stop, Usage


def child_of(call: Line) -> tuple[list[Line], Line]:
    """Return the turns of the child RLM behind a call, and how it was set up; no turns when it was a plain call."""
    metadata = call.get("metadata")
    turns = metadata.get("iterations") if isinstance(metadata, dict) else None
    setup = metadata.get("run_metadata") if isinstance(metadata, dict) else None
    if not isinstance(turns, list) or not all(isinstance(turn, dict) for turn in turns):
        return [], {}
    try:
        for turn in turns:
            check_iteration(turn)
    except ValueError:
        return [], {}
    return turns, setup if isinstance(setup, dict) else {}


def usage_of(call: Line) -> Usage:
    """Return what a call used, over all models its summary names; a count of nothing in and out was never taken."""
    summary = call.get("usage_summary")
    models = summary.get("model_usage_summaries") if isinstance(summary, dict) else None
    parts = [part for part in models.values() if isinstance(part, dict)] if isinstance(models, dict) else []
    usages = [_usage(part, "total_input_tokens", "total_output_tokens") for part in parts]
    if not usages:
        usages = [_usage(call, "prompt_tokens", "completion_tokens")]
    return sum(usages[1:], usages[0])


def _usage(part: Line, into: str, out: str) -> Usage:
    calls, tokens_in, tokens_out = (_count(part.get(key)) for key in ("total_calls", into, out))
    if not tokens_in and not tokens_out:
        tokens_in = tokens_out = None
    return Usage(1 if calls is None else calls, tokens_in, tokens_out, cost=text.seconds_of(part.get("total_cost")))


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def limits(meta: Line) -> Limits:
    """Return the limits a file names, and the reference's own where it names none."""
    given = {"iterations": _count(meta.get("max_iterations")), "depth": _count(meta.get("max_depth"))}
    return dataclasses.replace(Limits(), **{name: value for name, value in given.items() if value is not None})


def sub_model(meta: Line, turns: Sequence[Line], root: str) -> str:
    """Return the model of the first sub-call; without sub-calls the root model, unless another backend was set for them."""
    blocks = [block for turn in turns for block in turn.get("code_blocks") or []]
    calls = [call for block in blocks for call in (block.get("result") or {}).get("rlm_calls") or []]
    for call in calls:
        return text.text_of(call.get("root_model"))
    return "" if meta.get("other_backends") else root


def asked_elsewhere(completion: Completion) -> str:
    """Return the question where no message states one: a line of another kind has it, or the context itself says it."""
    for _, line in completion.others:
        for key in ("root_prompt", "prompt"):
            if isinstance(line.get(key), str) and line[key].strip():
                return text.beginning(line[key])
    for turn in completion.turns:
        for block in turn.get("code_blocks") or []:
            question = text.beginning(locals_of(block).get("context"))
            if question:
                return question
    return ""


def is_forced(completion: Completion) -> bool:
    """Whether the last line is the extra call after the last turn, which asks for an answer from what is known."""
    turn, most = completion.turns[-1], _count(completion.metadata.get("max_iterations"))
    if turn.get("iteration_time", 0.0) is not None or turn.get("code_blocks"):
        return False
    return most is None or completion.number(len(completion.turns) - 1) > most


def ending(completion: Completion) -> tuple[str | None, Stop]:
    """Return the answer, None where there is none, and why the completion ended."""
    turn = completion.turns[-1]
    answer = text.answer_text(turn.get("final_answer"))
    if not answer:
        answer = text.answer_in_prose(text.text_of(turn.get("response")), _variables(completion.turns)) or answer
    if answer is None:
        return None, Stop.INTERRUPTED
    return answer, Stop.ITERATIONS if is_forced(completion) else Stop.ANSWERED


def _variables(turns: Sequence[Line]) -> Mapping[str, Any]:
    held: dict[str, Any] = {}
    for turn in turns:
        for block in turn.get("code_blocks") or []:
            held |= locals_of(block)
    return held


def locals_of(block: Line) -> Mapping[str, Any]:
    """Return the variables that a code block left, as the file shows them."""
    variables = (block.get("result") or {}).get("locals")
    return variables if isinstance(variables, dict) else {}


def began(completion: Completion, now: float) -> float:
    """Return when a completion began, as far as its lines tell it; `now` where they have no time."""
    lines = [line for turns, line in completion.others if turns == 0]
    lines += [completion.metadata] if completion.fresh else []
    for at in (text.time_of(line.get("timestamp")) for line in lines):
        if at is not None:
            return at
    first = completion.turns[0]
    ended = text.time_of(first.get("timestamp"))
    return now if ended is None else ended - (text.seconds_of(first.get("iteration_time")) or 0.0)


def total(events: Sequence[Event]) -> Usage:
    """Return what the whole run used, as far as it is known."""
    replies = [event.usage for event in events if isinstance(event, ModelReplied) and event.depth == 0]
    calls = [event.usage for event in events if isinstance(event, SubcallFinished) and event.depth == 1]
    return sum([*replies, *calls], NO_USAGE)
