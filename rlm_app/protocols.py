"""The seams: what a client, an environment, a journal and the like must do. Nothing here runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from rlm_app.cancel import CancelToken
from rlm_app.citations import Citation
from rlm_app.events import Event
from rlm_app.types import Completion, Request

OnText = Callable[[str], None]
OnWait = Callable[[float, str], None]
HostFunction = Callable[..., Any]


def ignore_text(text: str) -> None:
    """Take a piece of a streamed reply and do nothing with it."""


def ignore_wait(seconds: float, reason: str) -> None:
    """Take word of a wait before another try and do nothing with it."""


class Client(Protocol):
    """Talks to one model of one provider. Safe to use from many threads at once."""

    @property
    def model(self) -> str:
        """The model's name, as the provider knows it."""

    def completion(
        self,
        request: Request,
        cancel: CancelToken,
        on_text: OnText = ignore_text,
        on_wait: OnWait = ignore_wait,
    ) -> Completion:
        """Send the request and return the whole reply, with the usage of this call alone.

        `on_text` gets pieces of the reply as they arrive; it may be called from a thread that serves other calls too, so
        it must be quick. `on_wait` gets the seconds and the reason of each wait before another try ("the provider asked
        to slow down"). When `cancel` is set the call ends as soon as it can.
        Raises `ClientError` (`ContextTooLong` when the prompt does not fit) or `Cancelled`.
        """

    def close(self) -> None:
        """Let go of connections; the client is not used after this."""


class Provider(Client, Protocol):
    """A client whose provider can be asked what it has."""

    def models(self, cancel: CancelToken) -> tuple[str, ...]:
        """Return the names of the models the provider offers to this key; raise `ClientError` or `Cancelled`."""


class Channel(Protocol):
    """A byte stream to a worker that runs in a sandbox."""

    def read(self, count: int) -> bytes:
        """Return exactly `count` bytes, blocking; raise `REPLLost` when the stream ends first."""

    def write(self, data: bytes) -> None:
        """Send all of `data`; raise `REPLLost` when the worker is gone."""

    def interrupt(self) -> None:
        """Send the worker SIGINT from outside if that can be done at once, else nothing; for cells that hold its lock."""

    def kill(self) -> None:
        """End the worker and everything it started, surely and without waiting on it; may be called twice."""

    def stderr(self) -> str:
        """Return the last characters the worker wrote outside the protocol, for error messages."""


class Environment(Protocol):
    """A recipe for where cells run. `covers` and `misses` are sentences that pages show."""

    @property
    def name(self) -> str:
        """The name of the registry."""

    @property
    def covers(self) -> str:
        """What cells cannot reach, in a sentence."""

    @property
    def misses(self) -> str:
        """What this environment does not promise, in a sentence."""

    @property
    def restricted_builtins(self) -> bool:
        """Whether cells are refused `eval`, `exec`, `globals` and the like, each with a sentence of what to do instead."""

    def connect(self) -> Channel:
        """Start a worker and return the channel to it; raise `REPLStartError` or `ConfigError`."""


class Journal(Protocol):
    """Remembers model calls by content, so that none is paid for twice. `occurrence` counts equal calls from 0."""

    def reply(self, key: str, occurrence: int) -> Completion | None:
        """Return the recorded reply of this call, or None."""

    def started(self, key: str, occurrence: int, call_id: str) -> None:
        """Note that the call is about to be sent."""

    def finished(self, key: str, occurrence: int, completion: Completion) -> None:
        """Record the reply; it outlives this process when this returns."""

    def settle(self) -> None:
        """Return when every reply recorded so far outlives the machine, so that what follows from it may leave."""

    def failed(self, key: str, occurrence: int, reason: str) -> None:
        """Note that the call failed; a failed call is never reused."""

    def counts(self) -> tuple[int, int]:
        """Return how many calls have a reply on record, and how many were sent."""


class EventSink(Protocol):
    """Takes the events of a run in order."""

    def __call__(self, event: Event, /) -> None:
        """Keep one event."""


class Verifier(Protocol):
    """Judges the quotations of an answer against the documents of a run."""

    def __call__(self, answer: str, /) -> tuple[Citation, ...]:
        """Return one citation per quotation found in `answer`, in the order of the text."""


class QuoteJudge(Protocol):
    """Judges single quotations, for `cite()`; safe to use from many threads at once."""

    def cite(self, quote: str, document: str | None = None) -> Citation:
        """Return what a quotation is worth; `document` names where it is said to stand ("lease.pdf, page 2")."""

    def passage(self, citation: Citation) -> str:
        """Return the document's text at the citation's place, or at the nearest passage; empty where there is neither."""


class Signals(Protocol):
    """Hears what is worth showing but not keeping: text as it is written, output as it is printed."""

    def __call__(self, call_id: str, kind: str, text: str, /) -> None:
        """Take a piece of text; `kind` is "thinking" (a call began), "reply", "running", "output" or "waiting" (why)."""


Tools = Mapping[str, HostFunction]
