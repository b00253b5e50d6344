"""A model that says what it was told to say: the shipped fake for tests, demos and the app's own end-to-end checks."""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from rlm_app.cancel import CancelToken
from rlm_app.clients.counting import estimated_usage
from rlm_app.clients.scripts import load_script
from rlm_app.errors import Cancelled, ClientError
from rlm_app.protocols import OnText, OnWait, ignore_text, ignore_wait
from rlm_app.types import Completion, Request

Reply = str | Completion | Exception
Replies = Sequence[Reply] | Callable[[Request], Reply]

_PIECE = 24


class ScriptedClient:
    """Gives prepared replies, in order or from a function of the request; raises a reply that is an exception.

    `delay` is seconds a reply takes, spread over its pieces; `cost` is USD a call; `requests` is what was asked so far.
    """

    def __init__(
        self, model: str = "scripted", replies: Replies = (), delay: float = 0.0, cost: float | None = 0.0
    ) -> None:
        self.model = model
        self.requests: list[Request] = []
        self.closed = False
        self._replies = replies
        self._delay = delay
        self._cost = cost
        self._lock = threading.Lock()

    @classmethod
    def from_file(cls, path: Path, model: str = "scripted") -> ScriptedClient:
        """Read a script (its form is told in `clients/scripts.py`); raise `ConfigError` when it cannot be used."""
        script = load_script(path)
        return cls(model, script.reply, script.delay, script.cost)

    def __repr__(self) -> str:
        return f"ScriptedClient(model={self.model!r}, calls={self.calls})"

    @property
    def calls(self) -> int:
        """How many calls have been made, failed and cancelled ones included."""
        return len(self.requests)

    def completion(
        self,
        request: Request,
        cancel: CancelToken,
        on_text: OnText = ignore_text,
        on_wait: OnWait = ignore_wait,
    ) -> Completion:
        """Return the next prepared reply; raise `Cancelled` as soon as `cancel` is set."""
        if cancel.cancelled:
            raise Cancelled("The call was stopped before it was sent.")
        began = time.monotonic()
        reply = self._next(request)
        text = "" if isinstance(reply, Exception) else reply if isinstance(reply, str) else reply.text
        self._speak(text, cancel, on_text)
        if isinstance(reply, Exception):
            raise reply
        seconds = time.monotonic() - began
        if isinstance(reply, Completion):
            return dataclasses.replace(reply, seconds=seconds)
        return Completion(text, self.model, estimated_usage(request, text, self._cost), seconds=seconds)

    def close(self) -> None:
        """Note that the client is done with."""
        self.closed = True

    def _next(self, request: Request) -> Reply:
        with self._lock:
            number = len(self.requests)
            self.requests.append(request)
        if callable(self._replies):
            return self._replies(request)
        if number >= len(self._replies):
            raise ClientError(f"The script of {self.model!r} has {number} replies and was asked for one more; add one.")
        return self._replies[number]

    def _speak(self, text: str, cancel: CancelToken, on_text: OnText) -> None:
        pieces = list(_pieces(text)) or [""]
        for piece in pieces:
            if cancel.wait(self._delay / len(pieces)):
                raise Cancelled("The call was stopped.")
            if piece:
                on_text(piece)


def _pieces(text: str) -> Iterator[str]:
    for start in range(0, len(text), _PIECE):
        yield text[start : start + _PIECE]
