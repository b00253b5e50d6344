"""Carrying runs out somewhere else: what a worker is given, what it tells, and how an engine is asked for one.

A worker keeps nothing. The process that holds the data file keeps what a worker tells, in the order in which it is told, so a
run that was carried out elsewhere is stored, shown, resumed and paid for as any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from rlm_app.errors import RLMError
from rlm_app.events import Event
from rlm_app.models import Own
from rlm_app.records import RunRecord, RunSpec
from rlm_app.settings import Settings
from rlm_app.types import Completion, Document


class WorkerLost(RLMError):
    """A worker is gone before its run was over; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Call:
    """A step of a model call as a worker's journal takes it: `state` is "started", "finished" or "failed"."""

    key: str
    occurrence: int
    state: str
    call_id: str = ""
    completion: Completion | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Secrets:
    """Keys on their way to a worker: what a person `typed`, by backend, and the host's, by variable; never written."""

    typed: Mapping[str, str] = field(default_factory=dict, repr=False)
    host: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Order:
    """Everything a worker needs to carry out one run, but no key.

    `events` and `replies` are what is known of a run that is resumed, `parent` and `inherited` the run it goes on from.
    `settings` hold no secret; `consented` is the owner's word that code may run unconfined; `most` is USD of the host's
    that its calls may cost.
    """

    run_id: str
    owner: str
    spec: RunSpec
    documents: tuple[Document, ...]
    settings: Settings
    own: Own
    consented: bool = False
    events: tuple[Event, ...] = ()
    replies: tuple[Call, ...] = ()
    parent: RunRecord | None = None
    inherited: tuple[Event, ...] = ()
    resumed: bool = False
    strict: bool = True
    seconds_used: float = 0.0
    most: float | None = None


@dataclass(frozen=True, slots=True)
class News:
    """What a worker did since it last told: steps of calls, events that follow from them, whether it is `over`, and why not so.

    `problem` is a sentence, "" where the last event says how the run ended. `cut` comes with the last news: about how many
    USD went on calls that were stopped or broke off, None where nobody knows.
    """

    calls: tuple[Call, ...] = ()
    events: tuple[Event, ...] = ()
    over: bool = False
    problem: str = ""
    cut: float | None = 0.0


class Worker(Protocol):
    """One run that is being carried out somewhere."""

    def news(self, seconds: float) -> News:
        """Wait up to so many seconds for something new, and return it; raise `WorkerLost` when nobody is there any more."""

    def stop(self) -> None:
        """Ask it to stop, and return; what it had paid for by then is in its next news."""

    def close(self) -> None:
        """Let go of it; may be called twice."""


class Spread(Protocol):
    """An engine that finds workers, for as many runs at once as it is asked; safe to use from many threads."""

    def begin(self, order: Order, secrets: Secrets) -> Worker:
        """Begin to carry out a run; raise `ConfigError` when the engine cannot be reached."""

    def close(self) -> None:
        """Let go of the engine."""
