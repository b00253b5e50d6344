"""What a run is doing right now: shown while it happens, kept nowhere."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from rlm_app.events import CellStarted, Cited, Event, ModelReplied, SubcallFinished, SubcallStarted

TAIL = 20_000
_ROOT = "0"


class Phase(StrEnum):
    """What a run is waiting for or busy with; the words are fit for a page."""

    QUEUED = "waiting for its turn"
    STARTING = "starting"
    THINKING = "waiting for the model"
    WRITING = "the model is writing"
    RUNNING_CODE = "running code"
    SUBCALLS = "waiting for sub-calls"
    CHECKING = "checking the quotations"
    STOPPING = "stopping"


@dataclass(frozen=True, slots=True)
class Live:
    """A moment of a run under way; `since` is when the phase began, in seconds since 1970, `began` when this attempt did.

    `reply` and `output` are the last 20,000 characters of what the root model has written of its reply and the running
    cell has printed; `subcalls` is how many are under way; `place` is 1 for the run that starts next, 0 for one that has
    started; `version` grows with every change. `waits` says which call waits before it is tried again, and why; it is
    empty once something has gone on since.
    """

    phase: Phase
    since: float
    reply: str
    output: str
    subcalls: int
    place: int
    version: int
    began: float = 0.0
    waits: str = ""


class Tail:
    """The end of a text that grows in pieces, at a cost that does not depend on how long it has become."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0

    def add(self, text: str) -> None:
        """Append a piece."""
        self._pieces.append(text)
        self._length += len(text)
        if self._length > 2 * TAIL:
            self._pieces = [self.text]
            self._length = len(self._pieces[0])

    def clear(self) -> None:
        """Forget the text."""
        self._pieces, self._length = [], 0

    @property
    def text(self) -> str:
        """The last 20,000 characters."""
        return "".join(self._pieces)[-TAIL:]


class LiveBoard:
    """Gathers signals and events of one run, from any thread, into what a page shows."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._phase = Phase.QUEUED
        self._began = self._since = clock()
        self._reply, self._output = Tail(), Tail()
        self._subcalls: set[str] = set()
        self._waits = ""
        self._version = 0

    def enter(self, phase: Phase) -> None:
        """Note that a phase began."""
        with self._lock:
            self._enter(phase)

    def signal(self, call_id: str, kind: str, text: str) -> None:
        """Take a piece of the root's reply or of its cell's output, or word of a wait; other calls' pieces are not shown."""
        if call_id != _ROOT:
            return
        with self._lock:
            self._waits = text if kind == "waiting" else ""
            if kind == "thinking":
                self._enter(Phase.THINKING)
                self._reply.clear()
                self._output.clear()
            elif kind == "reply":
                self._enter(Phase.WRITING)
                self._reply.add(text)
            elif kind == "output":
                self._output.add(text)
            self._version += 1

    def event(self, event: Event) -> None:
        """Take what an event says about the phase."""
        with self._lock:
            match event:
                case ModelReplied(call_id="0"):
                    self._waits = ""
                    self._reply.clear()
                case CellStarted(call_id="0"):
                    self._output.clear()
                    self._enter(Phase.RUNNING_CODE)
                case SubcallStarted():
                    self._subcalls.add(event.call_id)
                    self._enter(Phase.SUBCALLS)
                case SubcallFinished():
                    self._waits = ""
                    self._subcalls.discard(event.call_id)
                    self._enter(Phase.SUBCALLS if self._subcalls else Phase.RUNNING_CODE)
                case Cited(iteration=0):
                    self._enter(Phase.CHECKING)
            self._version += 1

    @property
    def version(self) -> int:
        """A number that grows with every change."""
        return self._version

    def snapshot(self, place: int = 0) -> Live:
        """Return the moment; `place` is the run's place in line."""
        with self._lock:
            reply, output, calls = self._reply.text, self._output.text, len(self._subcalls)
            return Live(self._phase, self._since, reply, output, calls, place, self._version, self._began, self._waits)

    def _enter(self, phase: Phase) -> None:
        # A run that was told to stop says so until it ends, whatever its last calls still do.
        if phase is self._phase or self._phase is Phase.STOPPING:
            return
        self._phase, self._since = phase, self._clock()
        self._version += 1
