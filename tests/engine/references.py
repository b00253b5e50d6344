"""Files of the reference, as tests build them: by hand, and generated with nested children and unknown keys."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from rlm_app.engine.imports import ImportedRun, ImportReport, read_runs
from rlm_app.engine.trajectory import Trajectory
from rlm_app.engine.upstream import reference_lines

SAMPLES = Path(os.environ.get("RLM_SAMPLES", Path(__file__).resolve().parents[3] / "shared" / "samples"))
Line = dict[str, Any]


def metadata(**changes: Any) -> Line:
    """Return a metadata line."""
    line: Line = {
        "type": "metadata",
        "timestamp": "2026-08-22T10:00:00.000001",
        "root_model": "big",
        "max_depth": 2,
        "max_iterations": 30,
        "backend": "openai",
        "backend_kwargs": {"model_name": "big"},
        "environment_type": "local",
        "environment_kwargs": {},
        "other_backends": None,
    }
    return line | changes


def iteration(number: int, response: str = "I look.", **changes: Any) -> Line:
    """Return an iteration line without cells."""
    line: Line = {
        "type": "iteration",
        "iteration": number,
        "timestamp": f"2026-08-22T10:00:{number:02}.500000",
        "prompt": [{"role": "system", "content": "s"}, {"role": "user", "content": "Answer the following: who?"}],
        "response": response,
        "code_blocks": [],
        "final_answer": None,
        "iteration_time": 1.0,
    }
    return line | changes


def block(code: str = "x", calls: Sequence[Line] = (), **result: Any) -> Line:
    """Return a code block with its result."""
    usual = {"stdout": "", "stderr": "", "locals": {}, "execution_time": 0.25, "final_answer": None}
    return {"code": code, "result": {**usual, "rlm_calls": list(calls), **result}}


def call(response: str = "Acme", **changes: Any) -> Line:
    """Return a sub-call."""
    counted = {"small": {"total_calls": 1, "total_input_tokens": 512, "total_output_tokens": 6}}
    usual = {"root_model": "small", "prompt": "Who?", "response": response, "execution_time": 0.1}
    return {**usual, "usage_summary": {"model_usage_summaries": counted}, **changes}


def write(path: Path, lines: Sequence[Line | str]) -> Path:
    """Write lines to the file, objects as JSON and texts as they are."""
    text = "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)
    path.write_text(text, encoding="utf-8")
    return path


def read(path: Path) -> tuple[list[ImportedRun], ImportReport]:
    """Read a file for one owner at a fixed time."""
    return read_runs(path, path.name, "me", 1_000.0)


def exported(run: ImportedRun) -> list[Line]:
    """Return a run as lines of the reference, as they come out of a JSON file."""
    lines: list[Line] = json.loads(json.dumps(reference_lines(Trajectory.fold(run.events))))
    return lines


def holds(whole: Any, part: Any) -> bool:
    """Whether every key and value of `part` is in `whole`, at any depth; lists must be equally long."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(key in whole and holds(whole[key], part[key]) for key in part)
    if isinstance(part, list):
        return isinstance(whole, list) and len(whole) == len(part) and all(map(holds, whole, part))
    return bool(whole == part)


words = st.text(st.characters(codec="utf-8"), max_size=12)
seconds = st.none() | st.floats(0, 1e5) | st.integers(0, 90)
values = st.recursive(st.none() | st.booleans() | st.integers() | words, lambda deeper: st.lists(deeper, max_size=2))
foreign = st.dictionaries(words.map("x-{}".format), values, max_size=2)
times = st.none() | words | st.datetimes().map(lambda moment: moment.isoformat())
prompts = words | st.lists(
    st.fixed_dictionaries(
        {"role": st.sampled_from(["system", "user", "assistant", "tool"]), "content": words | values}
    ),
    max_size=4,
)
usages = st.fixed_dictionaries(
    {
        "model_usage_summaries": st.dictionaries(
            words,
            st.fixed_dictionaries(
                {"total_calls": st.integers(0, 9), "total_input_tokens": st.integers(0, 9)},
                optional={"total_output_tokens": st.integers(0, 9), "total_cost": st.floats(0, 9)},
            ),
            max_size=2,
        )
    }
)


def _joined(line: Any) -> Any:
    return st.builds(lambda known, unknown: {**unknown, **known}, line, foreign)


def iterations(depth: int) -> Any:
    """Return a strategy for the iterations of one RLM whose children nest `depth` deep."""
    plain = {"root_model": words, "prompt": prompts | values, "response": words, "execution_time": seconds}
    child = (
        _joined(st.fixed_dictionaries({"run_metadata": foreign, "iterations": iterations(depth - 1)}))
        if depth
        else foreign
    )
    calls = _joined(
        st.fixed_dictionaries(plain, optional={"usage_summary": usages, "error": st.none() | words, "metadata": child})
    )
    result = _joined(
        st.fixed_dictionaries(
            {"stdout": words, "stderr": words, "rlm_calls": st.lists(calls, max_size=2)},
            optional={
                "locals": st.dictionaries(words, values, max_size=2),
                "execution_time": seconds,
                "final_answer": st.none() | words,
            },
        )
    )
    blocks = _joined(st.fixed_dictionaries({"code": words, "result": result}))
    line = _joined(
        st.fixed_dictionaries(
            {"prompt": prompts, "response": words, "code_blocks": st.lists(blocks, max_size=2)},
            optional={"iteration_time": seconds, "timestamp": times},
        )
    )
    return st.lists(line, min_size=0 if depth < 2 else 1, max_size=3)


@st.composite
def files(draw: st.DrawFn) -> list[Line]:
    """Return the lines of one completion."""
    turns = draw(iterations(2))
    numbered = [{"type": "iteration", "iteration": index, **turn} for index, turn in enumerate(turns, 1)]
    numbered[-1]["final_answer"] = draw(st.none() | words)
    head = draw(foreign)
    return [{**head, **metadata(timestamp=draw(times), max_depth=draw(st.integers(0, 3)))}, *numbered]
