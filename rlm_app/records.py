"""What is kept of a run beside its events: the order that started it and the row that lists it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from rlm_app.cancel import CancelToken
from rlm_app.events import Event
from rlm_app.meter import Meter
from rlm_app.protocols import EventSink, Journal, Signals
from rlm_app.steering import Steering
from rlm_app.types import NO_USAGE, Document, DocumentInfo, Limits, RunState, Stop, Usage


@dataclass(frozen=True, slots=True)
class RunSpec:
    """An order: everything that decides what a run does, and no secret.

    `documents` are SHA-256 names in the library; `options` are the backend's own settings, such as a base URL. `mode` is
    "rlm", or "direct" for one call with the documents in its prompt. `depth_models` serve depth 2, 3, … where another model
    than `sub_model` is wanted there. A run with a `parent` goes through that run again,
    for nothing: up to and including turn `until` (a fork), or all of it before it asks its own question (a follow-up,
    `until` None). With `support` a sub-model judges each claim of the answer by its quotations, within the limits.
    """

    question: str
    documents: tuple[str, ...]
    backend: str
    root_model: str
    sub_model: str
    environment: str = "local"
    limits: Limits = field(default_factory=Limits)
    options: Mapping[str, Any] = field(default_factory=dict)
    mode: str = "rlm"
    depth_models: tuple[str, ...] = ()
    system_prompt: str | None = None
    parent: str = ""
    until: int | None = None
    support: bool = False


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A run as a list shows it. Times are seconds since 1970 (UTC); `boot` names the process that worked on it last.

    `title` is what a person called it, "" where the question is its name.
    """

    id: str
    owner: str
    spec: RunSpec
    state: RunState
    boot: str
    created: float
    document_names: tuple[str, ...] = ()
    finished: float | None = None
    seconds: float = 0.0
    stop: Stop | None = None
    answer: str = ""
    error: str = ""
    usage: Usage = NO_USAGE
    quotes_found: int = 0
    quotes_total: int = 0
    sample: bool = False
    title: str = ""
    starred: bool = False

    @property
    def name(self) -> str:
        """What the run is called in lists."""
        return self.title or self.spec.question


@dataclass(frozen=True, slots=True)
class JournalRow:
    """A step of a model call as it is kept: `state` is "started", "finished" or "failed", `value` what is known with it."""

    key: str
    occurrence: int
    state: str
    call_id: str
    moment: float
    value: Any = None


@dataclass(frozen=True, slots=True)
class Census:
    """Numbers on all that is kept, of no owner in particular, and how the store is.

    `runs` are by state; `today` and `cost_today` (USD) count what began since midnight (UTC). `lag` is seconds from queueing to
    commit, the longest of late; `waiting` how many rows are queued; `trouble` the sentence for which nothing can be
    written, "" as a rule; `notice` what a person should know since the file was opened.
    """

    runs: Mapping[str, int]
    owners: int
    today: int
    cost_today: float
    lag: float
    waiting: int
    trouble: str
    notice: str


class RunStore(Protocol):
    """Keeps runs, events and documents. Every read is for one owner; safe to use from many threads."""

    def add_run(self, record: RunRecord) -> None:
        """Keep a new run; durable when this returns."""

    def update_run(self, run_id: str, **changes: Any) -> None:
        """Change columns of a run (names of `RunRecord` fields); durable when this returns."""

    def run(self, run_id: str, owner: str) -> RunRecord | None:
        """Return the run, or None if there is none of that id for this owner."""

    def runs(self, owner: str, limit: int = 200) -> list[RunRecord]:
        """Return the newest runs first."""

    def delete_run(self, run_id: str, owner: str) -> None:
        """Remove the run with its events and journal."""

    def append_event(self, event: Event) -> None:
        """Queue the event; it is committed within a tenth of a second, and readable only then."""

    def events(self, run_id: str, owner: str, after: int = 0) -> list[Event]:
        """Return the run's committed events with `seq` > after, in order."""

    def last_seq(self, run_id: str) -> int:
        """Return the `seq` of the run's last event that was committed since the store was opened, 0 for none; asks no file."""

    def flush(self) -> None:
        """Return once everything queued before this call is committed, or known to be lost."""

    def lost(self, run_id: str) -> str:
        """Return, once, why a queued row of the run was not committed, nor any event after it; "" where all were."""

    def journal(self, run_id: str) -> Journal:
        """Return the journal of a run."""

    def interrupt_others(self, boot: str) -> list[RunRecord]:
        """Mark live runs of other processes as interrupted; return them as they now are."""

    def add_document(self, document: Document, owner: str) -> None:
        """Keep a document once per content, and list it for this owner."""

    def document(self, sha256: str, owner: str) -> Document | None:
        """Return a document with its text, or None if this owner has none of that name."""

    def documents(self, owner: str) -> list[DocumentInfo]:
        """Return what is known of this owner's documents, newest first."""

    def delete_document(self, sha256: str, owner: str) -> None:
        """Take the document off this owner's list; its text goes when nobody lists it any more."""

    def preference(self, owner: str, name: str) -> Any:
        """Return a value this owner set, None where nothing of that name is kept."""

    def keep_preference(self, owner: str, name: str, value: Any) -> None:
        """Keep a JSON value for this owner in place of an earlier one; None forgets it. Never give it a key."""

    def forget(self, owner: str) -> None:
        """Remove everything of this owner for good; durable when this returns."""

    def close(self) -> None:
        """Commit what is queued and let go of the file."""


@dataclass(frozen=True, slots=True)
class RunContext:
    """What the manager hands to whoever executes a run. `keys` are secrets by backend name and stay in memory.

    `resumed` says that the run has events already and goes on from them; `strict` False lets it go on even when a replayed
    cell prints something else than it did. `seconds_used` is the wall time that earlier attempts took. `steering` is where a
    person pauses the run; `meter` counts what calls cost that are sent from now on, and holds them to what the host pays.
    """

    run_id: str
    owner: str
    spec: RunSpec
    keys: Mapping[str, str]
    sink: EventSink
    signals: Signals
    cancel: CancelToken
    resumed: bool = False
    strict: bool = True
    seconds_used: float = 0.0
    steering: Steering = field(default_factory=Steering)
    meter: Meter = field(default_factory=Meter)


class Execute(Protocol):
    """Carries out one run from start to finish; its last event is `RunFinished`."""

    def __call__(self, context: RunContext, /) -> None:
        """Run; raise `RLMError` when it cannot start."""
