"""Numbers the events of a run and hands them on in order."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rlm_app.clock import SteadyClock
from rlm_app.engine.replay import Replay
from rlm_app.events import Event
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

    def emit(self, kind: type[Event], place: Place, **fields: Any) -> None:
        """Make an event of this kind at this place and hand it on, unless a replayed run has it already.

        Raises `ReplayDiverged` when it contradicts the record.
        """
        with self._lock:
            event = kind(
                run_id=self.run_id,
                seq=self._seq + 1,
                at=self._clock(),
                call_id=place.call_id,
                parent_id=place.parent_id,
                depth=place.depth,
                **fields,
            )
            if not self.replay.is_recorded(event):
                self._seq += 1
                self._sink(event)
