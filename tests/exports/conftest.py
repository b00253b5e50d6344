"""A run with quotations of every verdict, hostile texts, a sub-call and a document, without an app."""

from __future__ import annotations

from typing import Any

import pytest

from rlm_app.engine.trajectory import Trajectory
from rlm_app.events import (
    CellFinished,
    CellStarted,
    Cited,
    Event,
    ModelReplied,
    RunFinished,
    RunStarted,
    SubcallFinished,
    SubcallStarted,
)
from rlm_app.evidence.answer import AnswerVerifier
from rlm_app.exports.material import Material
from rlm_app.records import RunRecord, RunSpec
from rlm_app.types import Document, DocumentInfo, Message, Page, RunState, Stop, Usage

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"
TEXT = (
    "Jane Doe signs for the supplier. Mail her at jane.doe@example.org or call +49 30 1234567.\n"
    "The supplier may end this agreement with ninety days’ notice, given in writing.\n"
    "Fees of 1,200 euros are due within thirty days of the invoice 😀 and not later.\n"
    f"{HOSTILE}\n"
) * 6
ANSWER = (
    "# Notice\n\nJane Doe wrote “The supplier may end this agreement with ninety days’ notice” and "
    "“Fees of 1,200 euros are due within thirty days of the invoice 😀 and not later”.\n\n"
    "- It is *not* “Fees of 1,900 euros are due within thirty days”.\n"
    "- **Nor** “a sentence that no document holds at all”.\n\n"
    f"| a | b |\n|---|---|\n| 1 | =2+2 |\n\n```\n{HOSTILE}\n```\n\n{HOSTILE} [click](javascript:alert(3))\n"
)
USAGE = Usage(calls=1, input_tokens=900, output_tokens=100, cost=0.01)
SHA = "ab" * 32


@pytest.fixture(scope="session")
def document() -> Document:
    half = len(TEXT) // 2
    pages = (Page("1", 0, half), Page("2", half, len(TEXT)))
    name = '<b>"contract".txt'
    return Document(DocumentInfo(SHA, name, "txt", len(TEXT), len(TEXT), "page", pages), TEXT)


@pytest.fixture(scope="session")
def material(document: Document) -> Material:
    spec = RunSpec(f"What notice? {HOSTILE}", (SHA,), "scripted", "model-a", "model-b")
    record = RunRecord(
        id="r" * 32,
        owner="local",
        spec=spec,
        state=RunState.DONE,
        boot="b",
        created=1_700_000_000.0,
        document_names=(document.info.name,),
        finished=1_700_000_012.0,
        seconds=12.0,
        stop=Stop.ANSWERED,
        answer=ANSWER,
        usage=USAGE,
    )
    return Material(record, _trajectory(document), (document,))


def _trajectory(document: Document) -> Trajectory:
    top: dict[str, Any] = {"run_id": "r", "call_id": "0", "parent_id": None, "depth": 0, "at": 1_700_000_001.0}
    sub: dict[str, Any] = {**top, "call_id": "0.1", "parent_id": "0", "depth": 1}
    where: dict[str, Any] = {"iteration": 1, "cell": 1}
    prompt = (Message("system", "You read."), Message("user", f"Jane Doe asks {HOSTILE}"))
    reply = "I look for the notice.\n\n```repl\nprint(context[:9])\n```"
    events: list[Event] = [
        RunStarted(
            **top, seq=1, question="What?", backend="scripted", root_model="a", sub_model="b", environment="local"
        ),
        ModelReplied(
            **top, seq=2, iteration=1, messages=prompt, reply=reply, model="model-a", usage=USAGE, seconds=2.0
        ),
        CellStarted(**top, seq=3, **where, code="print(context[:9])"),
        SubcallStarted(**sub, seq=4, **where, role="llm", model="model-b", prompt="=cmd|' /C calc'!A0"),
        SubcallFinished(**sub, seq=5, **where, reply="+49", model="model-b", usage=USAGE, seconds=0.5),
        CellFinished(**top, seq=6, **where, stdout=f"Jane Doe\n{HOSTILE}", seconds=1.0),
    ]
    citations = AnswerVerifier((document,))(ANSWER)
    events += [Cited(**top, seq=7 + at, citation=each) for at, each in enumerate(citations)]
    events.append(RunFinished(**top, seq=50, answer=ANSWER, stop=Stop.ANSWERED, usage=USAGE, seconds=12.0))
    return Trajectory.fold(events)
