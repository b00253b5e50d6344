"""One run of this process while it is under way, and how it ended."""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Mapping
from typing import Any

from rlm_app.cancel import CancelToken
from rlm_app.citations import Citation, Verdict
from rlm_app.events import Cited, Event, RunFinished, RunStarted
from rlm_app.protocols import EventSink
from rlm_app.runs.live import LiveBoard
from rlm_app.steering import Steering
from rlm_app.types import RunState, Stop, Usage

_FOUND = frozenset({Verdict.FOUND, Verdict.FOUND_IN_PARTS})


class Task:
    """What the manager knows of a run that its events do not say yet; `done` is set when its record is final.

    `unsaved` are the columns of a record that could not be written, empty where it could.
    """

    def __init__(self, run_id: str, owner: str, keep: EventSink, last_seq: int = 0) -> None:
        self.run_id = run_id
        self.owner = owner
        self.cancel = CancelToken()
        self.board = LiveBoard()
        self.steering = Steering()
        self.done = threading.Event()
        self.lock = threading.RLock()
        self.admitted = False
        self.closed = False
        self.leaving = False
        self._why = ""
        self.unsaved: Mapping[str, Any] = {}
        self.finished: RunFinished | None = None
        self._keep = keep
        self._seq = last_seq
        self._names: tuple[str, ...] | None = None
        self._citations: list[Citation] = []

    @property
    def version(self) -> tuple[int, bool, object]:
        """What is another value once anything has changed that is not in the run's record."""
        return self.board.version, self.steering.paused, self.steering.halted

    def sink(self, event: Event) -> None:
        """Keep an event and remember what the record needs of it; what comes after the end is dropped."""
        with self.lock:
            if self.closed:
                return
            if self.leaving and isinstance(event, RunFinished) and event.stop is Stop.CANCELLED:
                # The app was closed, or the run's time was over; nobody stopped it.
                event = dataclasses.replace(event, stop=Stop.INTERRUPTED, error=self._why or event.error)
            self._keep(event)
            self._seq = event.seq
            match event:
                case RunStarted():
                    self._names = tuple(info.name for info in event.documents)
                case Cited(iteration=0):
                    self._citations.append(event.citation)
                case RunFinished():
                    self.finished = event
        self.board.event(event)

    def leave(self, why: str = "") -> None:
        """Stop the run because the app is being closed, or for the reason in a sentence, unless somebody has stopped it."""
        with self.lock:
            self.leaving, self._why = self.leaving or not self.cancel.cancelled, self._why or why
        self.cancel.cancel()

    def take_up(self, last_seq: int) -> None:
        """Go on behind the last event that was kept: those after it were lost."""
        self._seq = last_seq

    def finish(self, stop: Stop, error: str, usage: Usage, seconds: float) -> None:
        """Write the last event on behalf of whoever executed the run and could not."""
        with self.lock:
            self.sink(
                RunFinished(
                    run_id=self.run_id,
                    seq=self._seq + 1,
                    at=time.time(),
                    call_id="0",
                    parent_id=None,
                    depth=0,
                    answer="",
                    stop=stop,
                    usage=usage,
                    seconds=seconds,
                    error=error or None,
                )
            )
            # A sub-call's thread may still be talking, with a number that is taken now.
            self.closed = True

    def outcome(self, finished: RunFinished) -> dict[str, Any]:
        """Return the columns of the record that the last event decides."""
        columns: dict[str, Any] = {
            "state": RunState.of(finished.stop),
            "stop": finished.stop,
            "answer": finished.answer,
            "error": finished.error or "",
            "usage": finished.usage,
            "seconds": finished.seconds,
            "finished": finished.at,
            "quotes_found": sum(citation.verdict in _FOUND for citation in self._citations),
            "quotes_total": len(self._citations),
        }
        return columns if self._names is None else {**columns, "document_names": self._names}


def failed(error: str) -> dict[str, Any]:
    """Return the columns of the record of a run that ended now for a reason none of its events tells, `error` in a sentence."""
    return {"state": RunState.FAILED, "stop": Stop.FAILED, "error": error, "finished": time.time()}
