"""Runs in any state, put into the store as a finished or unfinished run leaves them."""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from typing import Any

from streamlit.testing.v1 import AppTest

from rlm_app.build import App
from rlm_app.events import CellFinished, CellStarted, ModelReplied, RunStarted, SubcallFinished, SubcallStarted
from rlm_app.records import RunRecord, RunSpec
from rlm_app.types import NO_USAGE, DocumentInfo, Limits, RunState, Stop, Usage

STOPS = {
    RunState.DONE: Stop.ANSWERED,
    RunState.CANCELLED: Stop.CANCELLED,
    RunState.LIMIT: Stop.ITERATIONS,
    RunState.FAILED: Stop.FAILED,
    RunState.INTERRUPTED: Stop.INTERRUPTED,
}
USAGE = Usage(calls=1, input_tokens=900, output_tokens=100, cost=0.01)


def keep(
    app: App,
    info: DocumentInfo,
    state: RunState,
    *,
    owner: str = "local",
    question: str = "What notice?",
    answer: str = "The answer of the run.",
    turns: int = 1,
    **order: Any,
) -> str:
    """Keep a run of that state and return its id; `order` is what else its order says."""
    run_id = uuid.uuid4().hex
    spec = RunSpec(question, (info.sha256,), "scripted", "scripted", "scripted", limits=Limits(cost=1.0), **order)
    record = RunRecord(
        id=run_id,
        owner=owner,
        spec=spec,
        state=state,
        boot=app.boot,
        created=time.time() - 60,
        document_names=(info.name,),
        finished=None if state.is_live else time.time(),
        seconds=0.0 if state.is_live else 12.0,
        stop=STOPS.get(state),
        answer="" if state.is_live else answer,
        error="The provider refused the key: check Settings." if state is RunState.FAILED else "",
        usage=USAGE,
    )
    app.store.add_run(record)
    _events(app, run_id, info, turns)
    return run_id


def _events(app: App, run_id: str, info: DocumentInfo, turns: int) -> None:
    common: dict[str, Any] = {"run_id": run_id, "call_id": "0", "parent_id": None, "depth": 0, "at": time.time()}
    about: dict[str, Any] = {"question": "What notice?", "backend": "scripted", "environment": "local"}
    append = app.store.append_event
    append(RunStarted(**common, **about, seq=1, root_model="scripted", sub_model="scripted", documents=(info,)))
    for turn in range(1, turns + 1):
        seq = 3 * turn - 1
        append(
            ModelReplied(**common, seq=seq, iteration=turn, messages=(), reply="I look.", model="scripted", usage=USAGE)
        )
        append(CellStarted(**common, seq=seq + 1, iteration=turn, cell=1, code="print(1)"))
        append(CellFinished(**common, seq=seq + 2, iteration=turn, cell=1, stdout="1\n"))
    app.store.flush()


def turns_of(tab: AppTest) -> list[str]:
    """Return the labels of the turns on the page."""
    return [found.proto.label for found in tab.get("expander") if found.proto.label.startswith("**Turn")]


def strips(tab: AppTest) -> list[str]:
    """Return what stands beside the labels of the turns: bar, numbers, error."""
    return [found.proto.body for found in tab.get("html") if 'class="rlm-strip' in found.proto.body]


def sub_call_events(app: App, run_id: str, ends: Sequence[str | None]) -> None:
    """Keep a sub-call in turn 1 for each end: a sentence where it failed, None where it never ended, "" where it did well."""
    seq = 4
    for number, error in enumerate(ends, 1):
        common: dict[str, Any] = {"run_id": run_id, "call_id": f"0.{number}", "parent_id": "0", "depth": 1, "at": 1.0}
        seq += 1
        about: dict[str, Any] = {"iteration": 1, "cell": 1, "model": "scripted"}
        app.store.append_event(SubcallStarted(**common, **about, seq=seq, role="llm", prompt=f"Part {number}?"))
        if error is not None:
            seq += 1
            app.store.append_event(
                SubcallFinished(**common, **about, seq=seq, reply="", usage=NO_USAGE, error=error or None)
            )
    app.store.flush()


def summary_event(app: App, run_id: str, text: str) -> None:
    """Keep a summary that the model made of its own prompt after turn 1."""
    common: dict[str, Any] = {"run_id": run_id, "call_id": "0", "parent_id": None, "depth": 0, "at": 1.0, "seq": 5}
    app.store.append_event(
        ModelReplied(**common, iteration=2, messages=(), reply=text, model="scripted", usage=USAGE, purpose="summary")
    )
    app.store.flush()
