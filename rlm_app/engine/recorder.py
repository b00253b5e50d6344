"""Numbers the events of a run and hands them on in order; one that is resumed tells after how long it goes on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from rlm_app.clock import SteadyClock
from rlm_app.engine import prompts
from rlm_app.engine.replay import ROOT, Replay
from rlm_app.engine.tree import RESUMED
from rlm_app.events import Event, Noticed, RunFinished
from rlm_app.protocols import EventSink


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the tree of calls something happens."""

    call_id: str = "0"
    parent_id: str | None = None
    depth: int = 0

    def below(self, number: int) -> Place:
        """Return the place of this call's sub-call of that number."""
        return Place(f"{self.call_id}.{number}", self.call_id, self.depth + 1)


class Recorder:
    """Makes events of one run, without gaps in `seq`, and passes each to the sink while holding its turn."""

    def __init__(
        self,
        run_id: str,
        sink: EventSink,
        clock: Callable[[], float] | None = None,
        replay: Replay | None = None,
    ) -> None:
        self.run_id = run_id
        self.replay = replay or Replay()
        self._sink = sink
        self._clock = clock or SteadyClock()
        self._lock = threading.Lock()
        self._seq = self.replay.last_seq
        self._ended = self.replay.last_at

    def emit(self, kind: type[Event], place: Place, **fields: Any) -> None:
        """Make an event of this kind at this place and hand it on, unless a replayed run has it already.

        Raises `ReplayDiverged` when it contradicts the record.
        """
        with self._lock:
            event = self._event(kind, place, self._clock(), fields)
            if not self.replay.is_recorded(event):
                self._tell_resumed(event)
                self._hand_on(event)

    def _tell_resumed(self, event: Event) -> None:
        """Say before the first event that is news how long a resumed run was not at work, on the turn it goes on with."""
        if self._ended is None:
            return
        # What the event itself took was work already: a reply that was waited for, a call that was made again.
        took = 0.0 if isinstance(event, RunFinished) else getattr(event, "seconds", 0.0)
        seconds, turn = max(0.0, event.at - took - self._ended), self.replay.last_turn
        if event.call_id == ROOT:
            turn = max(turn, getattr(event, "iteration", 0))
        at, self._ended = self._ended + seconds, None
        text = prompts.WENT_ON.format(seconds=round(seconds))
        told = {"iteration": turn, "topic": RESUMED, "text": text, "seconds": seconds}
        self._hand_on(self._event(Noticed, Place(), at, told))

    def _hand_on(self, event: Event) -> None:
        self._seq += 1
        self._sink(event if event.seq == self._seq else replace(event, seq=self._seq))

    def _event(self, kind: type[Event], place: Place, at: float, fields: Mapping[str, Any]) -> Event:
        return kind(
            run_id=self.run_id,
            seq=self._seq + 1,
            at=at,
            call_id=place.call_id,
            parent_id=place.parent_id,
            depth=place.depth,
            **fields,
        )
