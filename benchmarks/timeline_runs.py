"""Stored runs of any length, made without a model."""

from __future__ import annotations

import itertools
import time
import uuid
from collections.abc import Iterator
from typing import Any

from rlm_app.build import App
from rlm_app.cell_results import CellError
from rlm_app.events import (
    CellFinished,
    CellStarted,
    Event,
    ModelReplied,
    RunFinished,
    RunStarted,
    SubcallFinished,
    SubcallStarted,
)
from rlm_app.records import RunRecord, RunSpec
from rlm_app.types import Message, RunState, Stop, Usage

PASSAGE = "Clause 7. Either party may end this agreement by giving ninety days written notice to the other. " * 6
CODE = (
    "import re\nfor m in re.finditer(r'terminat{n}', context):\n    print(m.start())\nprint(llm_query_batched(parts))"
)
USAGE = Usage(calls=1, input_tokens=900, output_tokens=60, cost=0.0004)


def keep(app: App, turns: int, calls: int) -> str:
    """Keep a finished run of so many turns with so many sub-calls each, and return its id."""
    run_id = uuid.uuid4().hex
    for event in events(run_id, turns, calls, time.time() - 60 * turns):
        app.store.append_event(event)
    record = RunRecord(
        id=run_id,
        owner="local",
        spec=RunSpec("Which clauses end the agreement?", (), "scripted", "scripted", "scripted"),
        state=RunState.DONE,
        boot=app.boot,
        created=time.time() - 3600,
        finished=time.time(),
        seconds=60.0 * turns,
        stop=Stop.ANSWERED,
        answer="Ninety days.",
        usage=used(turns, calls),
    )
    app.store.add_run(record)
    app.store.flush()
    return run_id


def used(turns: int, calls: int) -> Usage:
    """Return what such a run used."""
    number = turns * (calls + 1)
    return Usage(calls=number, input_tokens=900 * number, output_tokens=60 * number, cost=0.0004 * number)


def events(run_id: str, turns: int, calls: int, start: float) -> Iterator[Event]:
    """Make the events of such a run; every hundredth sub-call fails, one in a thousand speaks of a needle."""
    seq, number = itertools.count(1), itertools.count(1)
    root: dict[str, Any] = {"run_id": run_id, "call_id": "0", "parent_id": None, "depth": 0}
    about: dict[str, Any] = {"backend": "scripted", "environment": "local", "sub_model": "small"}
    yield RunStarted(**root, **about, seq=next(seq), at=start, question="Which clauses?", root_model="large")
    for turn in range(1, turns + 1):
        at = start + 60 * turn
        new = (Message("user", f"Turn {turn}. " + PASSAGE),)
        reply = f"I ask about part {turn}.\n\n```repl\n{CODE.replace('{n}', str(turn))}\n```"
        yield ModelReplied(
            **root,
            seq=next(seq),
            at=at,
            iteration=turn,
            messages=new,
            reply=reply,
            model="large",
            usage=USAGE,
            seconds=4.0,
        )
        yield CellStarted(**root, seq=next(seq), at=at, iteration=turn, cell=1, code=CODE)
        for _ in range(calls):
            yield from _call(run_id, turn, next(number), at, seq)
        error = CellError("KeyError", "'fee'", "Traceback …") if turn % 50 == 49 else None
        yield CellFinished(
            **root, seq=next(seq), at=at + 45, iteration=turn, cell=1, stdout="0\n" * 60, error=error, output_chars=120
        )
    yield RunFinished(
        **root,
        seq=next(seq),
        at=start + 60 * turns,
        answer="Ninety days.",
        stop=Stop.ANSWERED,
        usage=used(turns, calls),
    )


def _call(run_id: str, turn: int, number: int, at: float, seq: Iterator[int]) -> Iterator[Event]:
    place: dict[str, Any] = {"run_id": run_id, "call_id": f"0.{number}", "parent_id": "0", "depth": 1}
    about: dict[str, Any] = {"iteration": turn, "cell": 1, "model": "small"}
    begun = at + number % 40
    yield SubcallStarted(
        **place,
        **about,
        seq=next(seq),
        at=begun,
        role="llm",
        prompt=f"Part {number}: what ends it?\n{PASSAGE}",
        group="1",
    )
    word = "needle" if number % 1000 == 7 or number == 1 else "notice"
    yield SubcallFinished(
        **place,
        **about,
        seq=next(seq),
        at=begun + 2 + number % 3,
        reply=f"Part {number} speaks of a {word}.",
        usage=USAGE,
        seconds=2.0 + number % 3,
        error="The provider was busy." if number % 100 == 99 else None,
    )
