"""Ten thousand stored runs, made without a model: several states, backends, documents, days, and code to search in."""

from __future__ import annotations

import dataclasses
import itertools
import random
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from benchmarks.timeline_runs import CODE, USAGE
from rlm_app.build import App
from rlm_app.events import CellFinished, CellStarted, Event, ModelReplied, RunFinished, RunStarted
from rlm_app.records import RunRecord, RunSpec
from rlm_app.types import Message, RunState, Stop, Usage

DAY = 86_400.0
_SEED = 7
_SIDE_BY_SIDE = 64
_DOCUMENTS = tuple(f"Supply agreement {number} of {2000 + number % 26}.pdf" for number in range(400))
_THINGS = ("the notice period", "the total fee", "who may terminate", "the delivery date", "the liability cap")
_ENDS = ((RunState.DONE, Stop.ANSWERED), (RunState.LIMIT, Stop.COST), (RunState.CANCELLED, Stop.CANCELLED))


def keep(app: App, runs: int) -> None:
    """Keep so many finished runs of the last year, each with one turn."""
    chance = random.Random(_SEED)
    records = [_record(app.boot, number, chance) for number in range(runs)]
    for event in itertools.chain.from_iterable(map(_events, records)):
        app.store.append_event(event)
    # Writes that wait side by side are committed together.
    with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
        list(pool.map(app.store.add_run, records))
    app.store.flush()


def _record(boot: str, number: int, chance: random.Random) -> RunRecord:
    names = tuple(chance.sample(_DOCUMENTS, chance.randint(1, 3)))
    state, stop = chance.choices(_ENDS, weights=(90, 6, 4))[0]
    backend = chance.choice(("openai", "anthropic", "gemini"))
    created = time.time() - DAY * chance.uniform(0.01, 365)
    question = f"What does agreement {number} say about {chance.choice(_THINGS)}?"
    return RunRecord(
        id=uuid.UUID(int=chance.getrandbits(128)).hex,
        owner="local",
        spec=RunSpec(question, tuple(f"{hash(name) % 16**8:08x}" for name in names), backend, "large", "small"),
        state=state,
        boot=boot,
        created=created,
        document_names=names,
        finished=created + 60,
        seconds=chance.uniform(2, 300),
        stop=stop,
        answer="Either party may end it with ninety days' written notice. " * chance.randint(1, 8),
        usage=dataclasses.replace(USAGE, calls=chance.randint(2, 60), cost=chance.uniform(0.001, 0.4)),
        quotes_found=3,
        quotes_total=chance.randint(3, 4),
        starred=chance.random() < 0.02,
    )


def _events(record: RunRecord) -> Iterator[Event]:
    seq = itertools.count(1)
    root: dict[str, Any] = {"run_id": record.id, "at": record.created, "call_id": "0", "parent_id": None, "depth": 0}
    question, code = record.spec.question, CODE.replace("{n}", record.id[:6])
    about: dict[str, Any] = {"backend": record.spec.backend, "environment": "local", "sub_model": "small"}
    reply = f"I look.\n\n```repl\n{code}\n```"
    yield RunStarted(**root, **about, seq=next(seq), question=question, root_model="large")
    asked = (Message("user", question),)
    yield ModelReplied(**root, seq=next(seq), iteration=1, messages=asked, reply=reply, model="large", usage=USAGE)
    yield CellStarted(**root, seq=next(seq), iteration=1, cell=1, code=code)
    yield CellFinished(**root, seq=next(seq), iteration=1, cell=1, stdout="0\n", output_chars=2)
    used: Usage = record.usage
    yield RunFinished(**root, seq=next(seq), answer=record.answer, stop=record.stop or Stop.ANSWERED, usage=used)
