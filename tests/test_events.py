import json
from typing import Any

import pytest

from rlm_app import events
from rlm_app.cell_results import CellError, Picture
from rlm_app.citations import Citation, Difference, Passage, Verdict
from rlm_app.proofs import Claim, Support
from rlm_app.types import DocumentInfo, Limits, Message, Page, Stop, Usage

PLACE: dict[str, Any] = {"run_id": "r", "seq": 3, "at": 12.5, "call_id": "0", "parent_id": None, "depth": 0}
INFO = DocumentInfo("ab", "a.pdf", "pdf", 10, 20, "page", (Page("1", 0, 20),), ("a note",))
EXAMPLES: list[events.Event] = [
    events.RunStarted(
        **PLACE,
        question="q",
        backend="offline",
        root_model="m",
        sub_model="n",
        environment="local",
        documents=(INFO,),
        limits=Limits(cost=1.5),
        extra={"backend_kwargs": {"timeout": 3}, "other_backends": ["x"]},
    ),
    events.ModelReplied(
        **PLACE,
        iteration=1,
        messages=(Message("system", "s"), Message("user", "u")),
        reply="r",
        model="m",
        usage=Usage(input_tokens=5, cost=0.1),
    ),
    events.CellStarted(**PLACE, iteration=1, cell=1, code="x"),
    events.CellFinished(
        **PLACE, iteration=1, cell=1, stdout="o", error=CellError("E", "m", "t"), variables={"x": "int"}
    ),
    events.CellFinished(**PLACE, iteration=1, cell=2, stdout="", pictures=(Picture(1, 2, "iVBO"), Picture(3, 4, ""))),
    events.SubcallStarted(**PLACE, iteration=1, cell=1, role="llm", model="m", prompt="p"),
    events.SubcallFinished(**PLACE, iteration=1, cell=1, reply="", model="m", usage=Usage(), error="down"),
    events.Cited(**PLACE, citation=Citation("q", Verdict.FOUND, "ab", "a.pdf", 1, 2, "1")),
    events.Cited(
        **PLACE,
        iteration=2,
        citation=Citation(
            "q",
            Verdict.NOT_FOUND,
            prefix="p",
            differences=(Difference("60", "30", 1, 2),),
            nearest=Passage("ab", "a.pdf", 1, 2, "1", "page"),
        ),
    ),
    events.ClaimJudged(**PLACE, claim=Claim("c", 0, 1, (1, 2), support=Support.PARTLY, reason="r"), model="m"),
    events.Noticed(**PLACE, iteration=1, topic="no code", text="t"),
    events.RunFinished(**PLACE, answer="a", stop=Stop.ANSWERED, usage=Usage(calls=2)),
]


@pytest.mark.parametrize("event", EXAMPLES, ids=lambda event: event.kind)
def test_an_event_survives_json(event: events.Event) -> None:
    again = events.from_dict(json.loads(json.dumps(events.to_dict(event))))
    assert again == event
    assert type(again) is type(event)


def test_every_kind_of_event_is_tried_here() -> None:
    assert {event.kind for event in EXAMPLES} == set(events.KINDS)


def test_a_newer_files_unknown_field_is_passed_over() -> None:
    data = {**events.to_dict(EXAMPLES[2]), "colour": "red"}
    assert events.from_dict(data) == EXAMPLES[2]


@pytest.mark.parametrize(
    ("field", "value"),
    [("seconds", "long"), ("seconds", 1e300), ("seconds", True), ("iteration", 1.5), ("reply", None), ("reply", ["a"])],
)
def test_an_event_from_elsewhere_with_a_value_of_another_kind_is_refused(field: str, value: object) -> None:
    place = {"run_id": "r", "seq": 1, "at": 0, "call_id": "0", "parent_id": None, "depth": 0}
    event = {**place, "kind": "ModelReplied", "iteration": 1, "messages": [], "reply": "", "model": "m", "usage": {}}
    assert events.from_dict(event).seq == 1
    with pytest.raises(TypeError):
        events.from_dict({**event, field: value})
