"""The reference's four callbacks, driven by our events."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rlm_app.events import CellFinished, Event, ModelReplied, RunFinished, SubcallFinished, SubcallStarted

PREVIEW = 80
"""Characters of a prompt that `on_subcall_start` is given."""


@dataclass
class Callbacks:
    """An event sink that calls back; any of the four may be None.

    on_subcall_start(depth, model, preview), on_subcall_complete(depth, model, seconds, error or None),
    on_iteration_start(depth, iteration), on_iteration_complete(depth, iteration, seconds). Sub-calls are plain calls and
    child RLMs alike. An iteration starts when its model is asked and is complete when the next one starts or the run ends.
    """

    on_subcall_start: Callable[[int, str, str], object] | None = None
    on_subcall_complete: Callable[[int, str, float, str | None], object] | None = None
    on_iteration_start: Callable[[int, int], object] | None = None
    on_iteration_complete: Callable[[int, int, float], object] | None = None

    def __post_init__(self) -> None:
        self._open: dict[str, tuple[int, int, float, float]] = {}
        self._turns: dict[str, int] = {}

    def signal(self, call_id: str, kind: str, text: str) -> None:
        """Take a signal of the run: a model is being asked when `kind` is "thinking"."""
        if kind == "thinking":
            turn = self._turns[call_id] = self._turns.get(call_id, 0) + 1
            if self.on_iteration_start:
                self.on_iteration_start(call_id.count("."), turn)

    def __call__(self, event: Event) -> None:
        """Take one event."""
        match event:
            case SubcallStarted():
                if self.on_subcall_start:
                    self.on_subcall_start(event.depth, event.model, event.prompt[:PREVIEW])
            case SubcallFinished():
                self._complete(event.call_id)
                if self.on_subcall_complete:
                    self.on_subcall_complete(event.depth, event.model, event.seconds, event.error)
            case ModelReplied():
                self._complete(event.call_id)
                self._open[event.call_id] = (event.depth, event.iteration, event.at - event.seconds, event.at)
            case CellFinished():
                depth, iteration, began, _ = self._open[event.call_id]
                self._open[event.call_id] = (depth, iteration, began, event.at)
            case RunFinished():
                for call_id in list(self._open):
                    self._complete(call_id)

    def _complete(self, call_id: str) -> None:
        if call_id not in self._open:
            return
        depth, iteration, began, ended = self._open.pop(call_id)
        if self.on_iteration_complete:
            self.on_iteration_complete(depth, iteration, ended - began)
