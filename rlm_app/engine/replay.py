"""Going through a recorded run again: replies from the record, cells run anew, and what they print compared.

A run is rebuilt this way when it is resumed, forked or asked further. The root model's prompts and replies and the ends of
sub-calls come from the events; a call whose event was lost comes from the journal at the gate. A cell that prints something
else than it did stops the replay.
"""

from __future__ import annotations

import re
import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from rlm_app.engine.left import TOPIC, told
from rlm_app.errors import ReplayDiverged
from rlm_app.events import (
    CellFinished,
    CellStarted,
    Cited,
    Event,
    ModelReplied,
    Noticed,
    RunStarted,
    SubcallFinished,
    SubcallStarted,
)
from rlm_app.types import NO_USAGE, Usage

ROOT = "0"
_ADDRESS = re.compile(r"0x[0-9a-f]{6,}")
"""Memory addresses in output differ from process to process and mean nothing."""

Key = tuple[object, ...]


class Replay:
    """What is known of a run before it goes on.

    `own` are events of this very run: they are not recorded again, and new ones follow on the last. `inherited` are those
    of the run it forks or follows, up to and including the root's turn `until` (None: all). What an inherited event cost
    was paid by the other run. `strict` False goes on when a cell prints something else. `last_turn` is the root's last turn
    on record, `inherited_turns` how many of them are inherited; `last_at` is when the last of `own` was.
    """

    def __init__(
        self,
        own: Sequence[Event] = (),
        inherited: Sequence[Event] = (),
        *,
        until: int | None = None,
        strict: bool = True,
    ) -> None:
        self._run_id = own[0].run_id if own else None
        self._strict = strict
        self._lock = threading.Lock()
        self._replies: dict[Key, ModelReplied] = {}
        self._cells: dict[Key, CellFinished] = {}
        self._code: dict[Key, str] = {}
        self._notes: dict[Key, list[str]] = defaultdict(list)
        self._recorded: set[Key] = set()
        self._calls: dict[Key, list[str]] = defaultdict(list)
        self._ends: dict[str, SubcallFinished] = {}
        self._left: dict[Key, list[Mapping[str, float]]] = defaultdict(list)
        self._highest: dict[str, int] = defaultdict(int)
        self.last_seq = max((event.seq for event in own), default=0)
        self.last_at = max((event.at for event in own), default=None)
        self.last_turn = 0
        self.inherited_turns = 0
        for event in _up_to(inherited, until):
            self._take(event)
        self.inherited_turns = self.last_turn
        for event in own:
            self._take(event)
        self._recorded = {_key(event) for event in own}

    def reply(self, call_id: str, turn: int, purpose: str = "turn") -> ModelReplied | None:
        """Return the recorded reply of that turn of the RLM, or None when it has to be asked."""
        return self._replies.get((call_id, turn, purpose))

    def claim(self, parent: str, role: str, prompt: str) -> str | None:
        """Return the id that a sub-call with this prompt had below `parent`, each id once; None for a call that is new."""
        with self._lock:
            waiting = self._calls.get((parent, role, prompt))
            return waiting.pop(0) if waiting else None

    def left(self, call_id: str, turn: int) -> Mapping[str, float] | None:
        """Return what `budget()` told that turn next, each time once; None for a time that is new."""
        with self._lock:
            waiting = self._left.get((call_id, turn))
            return waiting.pop(0) if waiting else None

    def end_of(self, call_id: str) -> SubcallFinished | None:
        """Return how that sub-call ended, if it is to end the same way again.

        A reply that was paid for always is. A failure is only where the model has gone on from it since; otherwise the call
        is made again.
        """
        end = self._ends.get(call_id)
        if end is None or (end.error is not None and not self._settled(end.parent_id or "", end.iteration)):
            return None
        return end

    def code(self, call_id: str, turn: int, cell: int) -> str | None:
        """Return what ran as that cell, which a person may have changed; None where nothing is on record."""
        return self._code.get((call_id, turn, cell))

    def notes(self, call_id: str, turn: int) -> tuple[str, ...]:
        """Return what a person added to the prompt of that turn."""
        return tuple(self._notes.get((call_id, turn), ()))

    def is_own(self, event: Event) -> bool:
        """Whether an event from the record is this run's own, and so was paid for by it and is recorded already."""
        return event.run_id == self._run_id

    def usage_of(self, event: ModelReplied | SubcallFinished) -> Usage:
        """Return what a recorded event costs this run: nothing when another run paid."""
        return event.usage if self.is_own(event) else NO_USAGE

    def calls_below(self, parent: str) -> int:
        """Return the highest number that a recorded sub-call below `parent` has, 0 without any."""
        return self._highest[parent]

    def is_recorded(self, event: Event) -> bool:
        """Compare an event with the record; return whether it stands there already and needs no second entry.

        Raises `ReplayDiverged` when a cell printed something else than it did in the record.
        """
        if isinstance(event, CellFinished) and not self._same_output(event):
            if self._strict and self._settled(event.call_id, event.iteration):
                raise ReplayDiverged(event.iteration, event.cell)
            return False
        return bool(self._recorded) and _key(event) in self._recorded

    def _take(self, event: Event) -> None:
        self._take_steps(event)
        match event:
            case ModelReplied():
                self._replies[event.call_id, event.iteration, event.purpose] = event
                if event.call_id == ROOT and event.purpose == "turn":
                    self.last_turn = max(self.last_turn, event.iteration)
            case CellFinished():
                self._cells[event.call_id, event.iteration, event.cell] = event
            case Noticed(topic=topic) if topic == TOPIC:
                left = told(event.text)
                self._left[event.call_id, event.iteration] += [left] if left is not None else []
            case SubcallFinished():
                self._ends[event.call_id] = event
            case SubcallStarted():
                self._take_call(event)

    def _take_call(self, event: SubcallStarted) -> None:
        waiting = self._calls[event.parent_id, event.role, event.prompt]
        if event.call_id not in waiting:
            waiting.append(event.call_id)
        parent, _, number = event.call_id.rpartition(".")
        self._highest[parent] = max(self._highest[parent], int(number))

    def _take_steps(self, event: Event) -> None:
        """Remember what a person may have changed or added."""
        match event:
            case CellStarted():
                self._code[event.call_id, event.iteration, event.cell] = event.code
            case Noticed(topic="note added"):
                self._notes[event.call_id, event.iteration].append(event.text)

    def _settled(self, call_id: str, turn: int) -> bool:
        """Whether the RLM replied again after that turn, having seen what came of it."""
        return self.reply(call_id, turn + 1) is not None

    def _same_output(self, event: CellFinished) -> bool:
        recorded = self._cells.get((event.call_id, event.iteration, event.cell))
        return recorded is None or _printed(event) == _printed(recorded)


def _up_to(events: Iterable[Event], until: int | None) -> list[Event]:
    """Return the events of the root's turns up to `until`, with those of all calls made in them."""
    kept: list[Event] = []
    later: set[str] = set()
    for event in events:
        turn = getattr(event, "iteration", 0)
        top = ".".join(event.call_id.split(".")[:2])
        if until is not None and turn > until and _is_of_root(event):
            later.add(top)
        if top not in later or (top == ROOT and until is not None and turn <= until):
            kept.append(event)
    return kept


def _is_of_root(event: Event) -> bool:
    """Whether the turn an event names is one of the root's: a child RLM counts its own."""
    call = isinstance(event, SubcallStarted | SubcallFinished)
    return (event.parent_id if call else event.call_id) == ROOT


def _printed(event: CellFinished) -> tuple[str, str | None]:
    return _ADDRESS.sub("0x…", event.stdout), event.error.type if event.error else None


def _key(event: Event) -> Key:
    match event:
        case ModelReplied():
            return (event.kind, event.call_id, event.iteration, event.purpose)
        case CellStarted() | CellFinished():
            return (event.kind, event.call_id, event.iteration, event.cell)
        case SubcallFinished():
            # A sub-call that failed or was stopped is made again, and its second end is news.
            return (event.kind, event.call_id, event.error)
        case Noticed():
            return (event.kind, event.call_id, event.iteration, event.text)
        case SubcallStarted() | RunStarted():
            return (event.kind, event.call_id)
        case _:
            return _key_of_news(event)


def _key_of_news(event: Event) -> Key:
    """Return the key of what cells gave to `cite()`; a later end, or a citation of the answer, is always news."""
    match event:
        case Cited(iteration=turn) if turn:
            return (event.kind, event.call_id, turn, event.citation.quote)
        case _:
            return (event.kind, event.seq)
