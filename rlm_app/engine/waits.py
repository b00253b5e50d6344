"""Telling a person why nothing happens: calls that wait before they are tried again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from rlm_app.events import Noticed
from rlm_app.protocols import OnWait

if TYPE_CHECKING:
    from rlm_app.engine.recorder import Place
    from rlm_app.engine.runtime import Runtime

TOPIC = "waits"


class Waits:
    """Knows until when each model's calls are known to wait, so that sixty calls refused at once are told of once."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._until: dict[str, float] = {}

    def is_news(self, model: str, seconds: float) -> bool:
        """Note a wait; return whether it ends later, by a second or more, than any of that model noted before."""
        with self._lock:
            until = self._clock() + seconds
            if until < self._until.get(model, float("-inf")) + 1.0:
                return False
            self._until[model] = until
            return True


def teller(runtime: Runtime, place: Place, turn: int, model: str) -> OnWait:
    """Return what turns a client's waits into signals for the page and, where they are news, into events of that turn."""

    def tell(seconds: float, reason: str) -> None:
        text = (
            f"{model} waits {seconds:.0f} s: {reason}." if seconds >= 1 else f"{model} waits {seconds:.1f} s: {reason}."
        )
        runtime.signals(place.call_id, "waiting", text)
        if runtime.handler.waits.is_news(model, seconds):
            runtime.recorder.emit(Noticed, place, iteration=turn, topic=TOPIC, text=text)

    return tell
