"""Going through a recorded run again: replies from the record, cells run anew, and what they print compared.

A run is rebuilt this way when it is resumed, forked or asked further. The root model's replies and prompts come from the
events, sub-calls from the journal; a cell that prints something else than it did then stops the replay.
"""

from __future__ import annotations

import re
import threading
from collections import defaultdict
from collections.abc import Iterable

from rlm_app.errors import ReplayDiverged
from rlm_app.events import (
    CellFinished,
    CellStarted,
    Cited,
    Event,
    ModelReplied,
    Noticed,
    RunFinished,
    RunStarted,
    SubcallFinished,
    SubcallStarted,
)
from rlm_app.types import NO_USAGE, Completion

_ADDRESS = re.compile(r"0x[0-9a-f]{6,}")
"""Memory addresses in output differ from process to process and mean nothing."""

Key = tuple[object, ...]


class Replay:
    """The events of a run, to be gone through again up to and including the root's turn `until` (None: all of them).

    With `same_run` the events are this run's own: an event that was recorded is not recorded again, and new ones follow on
    the last. Without it (a fork) every event is new. `strict` False goes on when a cell prints something else.
    """

    def __init__(
        self, events: Iterable[Event], *, until: int | None = None, same_run: bool = True, strict: bool = True
    ) -> None:
        self.same_run = same_run
        self._strict = strict
        self._until = until
        self._lock = threading.Lock()
        self._replies: dict[Key, ModelReplied] = {}
        self._summaries: dict[Key, ModelReplied] = {}
        self._cells: dict[Key, CellFinished] = {}
        self._recorded: set[Key] = set()
        self._calls: dict[Key, list[str]] = defaultdict(list)
        self._ends: dict[str, SubcallFinished] = {}
        self._highest: dict[str, int] = defaultdict(int)
        self.last_seq = 0
        for event in events:
            self.last_seq = max(self.last_seq, event.seq)
            self._take(event)

    def reply(self, call_id: str, turn: int) -> ModelReplied | None:
        """Return the recorded reply of that turn of the RLM, or None when it has to be asked."""
        if self._until is not None and call_id == "0" and turn > self._until:
            return None
        return self._replies.get((call_id, turn))

    def summary(self, call_id: str, turn: int) -> ModelReplied | None:
        """Return the recorded summary that was made before that turn, if one was."""
        return self._summaries.get((call_id, turn))

    @property
    def last_turn(self) -> int:
        """The root's last recorded turn, 0 without any."""
        return max((int(str(turn)) for call_id, turn in self._replies if call_id == "0"), default=0)

    def claim(self, parent: str, role: str, prompt: str) -> str | None:
        """Return the id that a sub-call with this prompt had below `parent`, each id once; None for a call that is new."""
        with self._lock:
            waiting = self._calls.get((parent, role, prompt))
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

    def _settled(self, call_id: str, turn: int) -> bool:
        """Whether the RLM replied again after that turn, having seen what came of it."""
        return self.reply(call_id, turn + 1) is not None

    def calls_below(self, parent: str) -> int:
        """Return the highest number that a recorded sub-call below `parent` has, 0 without any; a fork numbers anew."""
        return self._highest[parent]

    def is_recorded(self, event: Event) -> bool:
        """Compare an event with the record; return whether it stands there already and needs no second entry.

        Raises `ReplayDiverged` when a cell printed something else than it did in the record.
        """
        if isinstance(event, CellFinished) and not self._same_output(event):
            if self._strict and self._settled(event.call_id, event.iteration):
                raise ReplayDiverged(event.iteration, event.cell)
            return False
        return self.same_run and _key(event) in self._recorded

    def _take(self, event: Event) -> None:
        if isinstance(event, Cited | RunFinished):
            return  # those of an earlier end; this one has its own
        self._recorded.add(_key(event))
        match event:
            case ModelReplied(purpose="turn"):
                self._replies[event.call_id, event.iteration] = event
            case ModelReplied(purpose="summary"):
                self._summaries[event.call_id, event.iteration] = event
            case CellFinished():
                self._cells[event.call_id, event.iteration, event.cell] = event
            case SubcallFinished():
                self._ends[event.call_id] = event
            case SubcallStarted():
                self._calls[event.parent_id, event.role, event.prompt].append(event.call_id)
                parent, _, number = event.call_id.rpartition(".")
                self._highest[parent] = max(self._highest[parent], int(number))

    def _same_output(self, event: CellFinished) -> bool:
        recorded = self._cells.get((event.call_id, event.iteration, event.cell))
        return recorded is None or _printed(event) == _printed(recorded)


def completion_of(event: ModelReplied, *, paid_here: bool) -> Completion:
    """Return the completion that a recorded reply stands for; one that another run paid for costs this one nothing."""
    usage = event.usage if paid_here else NO_USAGE
    return Completion(event.reply, event.model, usage, event.finish, event.seconds, event.reasoning, replayed=True)


def _printed(event: CellFinished) -> tuple[str, str | None]:
    return _ADDRESS.sub("0x…", event.stdout), event.error.type if event.error else None


def _key(event: Event) -> Key:
    match event:
        case RunStarted():
            return (event.kind,)
        case ModelReplied():
            return (event.kind, event.call_id, event.iteration, event.purpose)
        case CellStarted() | CellFinished():
            return (event.kind, event.call_id, event.iteration, event.cell)
        case SubcallFinished():
            # A sub-call that failed or was stopped is made again, and its second end is news.
            return (event.kind, event.call_id, event.error)
        case Noticed():
            return (event.kind, event.call_id, event.iteration, event.text)
        case _:
            return (event.kind, event.call_id)
