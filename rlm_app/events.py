"""Everything that happens in a run, as one flat, append-only stream.

`Trajectory.fold` turns the stream into what pages and exports show; the store keeps it as it is. A call id names a node of
the tree of calls: the root RLM is "0", its sub-calls are "0.1", "0.2", …; events of a child RLM carry the
child's own id. Tokens as they arrive and output as it is printed are signals, not events: they are never stored.
`extra` holds what an imported file says and no field does, as plain JSON values, for the export to write back.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from rlm_app.building import build
from rlm_app.cell_results import CellError, Picture
from rlm_app.citations import Citation
from rlm_app.proofs import Claim
from rlm_app.types import NO_USAGE, DocumentInfo, Limits, Message, Stop, Usage


@dataclass(frozen=True, kw_only=True)
class Event:
    """What all events share: `seq` counts from 1 within a run without gaps, `at` is seconds since 1970 (UTC)."""

    kind: ClassVar[str] = "Event"
    run_id: str
    seq: int
    at: float
    call_id: str
    parent_id: str | None
    depth: int


@dataclass(frozen=True, kw_only=True)
class RunStarted(Event):
    """A run began; everything needed to begin it again."""

    kind: ClassVar[str] = "RunStarted"
    question: str
    backend: str
    root_model: str
    sub_model: str
    environment: str
    documents: tuple[DocumentInfo, ...] = ()
    limits: Limits = field(default_factory=Limits)
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ModelReplied(Event):
    """The root model of an RLM replied; `messages` are only those the model had not been sent before.

    `purpose` is "turn"; or "closing" for the last call of a run that reached a limit, whose text is the answer; or
    "summary" for a call that summed up a prompt grown too long. With `restart` the messages are all that was sent.
    """

    kind: ClassVar[str] = "ModelReplied"
    iteration: int
    messages: tuple[Message, ...]
    reply: str
    model: str
    usage: Usage
    finish: str = "stop"
    seconds: float = 0.0
    reasoning: str = ""
    replayed: bool = False
    purpose: str = "turn"
    restart: bool = False
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class CellStarted(Event):
    """A code block of the reply began to run; `cell` counts from 1 within its turn."""

    kind: ClassVar[str] = "CellStarted"
    iteration: int
    cell: int
    code: str
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class CellFinished(Event):
    """A cell ended. `stdout` is as capped by the worker; `output_chars` is how much was printed in all."""

    kind: ClassVar[str] = "CellFinished"
    iteration: int
    cell: int
    stdout: str
    error: CellError | None = None
    answer: str | None = None
    draft: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    output_chars: int = 0
    interrupted: bool = False
    pictures: tuple[Picture, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class SubcallStarted(Event):
    """A cell asked a model (`role` "llm") or a child RLM (`role` "rlm"); `group` is shared by the prompts of one batch."""

    kind: ClassVar[str] = "SubcallStarted"
    iteration: int
    cell: int
    role: str
    model: str
    prompt: str
    group: str = ""


@dataclass(frozen=True, kw_only=True)
class SubcallFinished(Event):
    """A sub-call ended: `error` is a sentence if it failed, else None; `finish` is "stopped" where its run was stopped."""

    kind: ClassVar[str] = "SubcallFinished"
    iteration: int
    cell: int
    reply: str
    model: str
    usage: Usage
    error: str | None = None
    finish: str = "stop"
    seconds: float = 0.0
    replayed: bool = False
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Cited(Event):
    """The verifier judged a quotation: of the answer (`iteration` 0), or one that a cell of that turn gave to `cite()`."""

    kind: ClassVar[str] = "Cited"
    citation: Citation
    iteration: int = 0


@dataclass(frozen=True, kw_only=True)
class ClaimJudged(Event):
    """A sub-model judged whether the quotations of a claim of the answer bear it out."""

    kind: ClassVar[str] = "ClaimJudged"
    claim: Claim
    usage: Usage = NO_USAGE
    model: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Noticed(Event):
    """Something a person (and usually the model, once) should know; `topic` is a fixed word, `text` a sentence.

    `seconds` is how long the run stood still, where it did.
    """

    kind: ClassVar[str] = "Noticed"
    iteration: int
    topic: str
    text: str
    seconds: float = 0.0


@dataclass(frozen=True, kw_only=True)
class RunFinished(Event):
    """A run ended. `answer` may be a draft or empty when `stop` is not "answered"; `error` is a sentence for a person."""

    kind: ClassVar[str] = "RunFinished"
    answer: str
    stop: Stop
    usage: Usage = NO_USAGE
    seconds: float = 0.0
    error: str | None = None


KINDS: Mapping[str, type[Event]] = {
    cls.kind: cls
    for cls in (
        RunStarted,
        ModelReplied,
        CellStarted,
        CellFinished,
        SubcallStarted,
        SubcallFinished,
        Cited,
        ClaimJudged,
        Noticed,
        RunFinished,
    )
}


def to_dict(event: Event) -> dict[str, Any]:
    """Return the event as plain JSON values, with its kind under "kind"."""
    return {"kind": event.kind, **dataclasses.asdict(event)}


def from_dict(data: Mapping[str, Any]) -> Event:
    """Build the event that `to_dict` gave `data`; unknown keys are passed over, so that older programs read newer files."""
    cls = KINDS[data["kind"]]
    event: Event = build(cls, data)
    return event
