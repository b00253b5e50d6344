"""A client of a hosted provider: what to send, what carries it and how to read the reply are handed to it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Generator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, Protocol

from rlm_app.cancel import CancelToken
from rlm_app.clients.hosted import Terms, ask
from rlm_app.clients.letters import Letters, sendable, whole_letters
from rlm_app.clients.pool import Pool
from rlm_app.clients.retry import TryAgain
from rlm_app.clients.streams import Chunk
from rlm_app.clients.trouble import Asked, Kind, Trouble, explain
from rlm_app.errors import Cancelled, ClientError
from rlm_app.protocols import OnText, OnWait, ignore_text, ignore_wait
from rlm_app.types import Completion, Request


class Carrier(Protocol):
    """Brings a request to a server and its reply back; what goes wrong is `Trouble`."""

    def stream(self, body: Mapping[str, Any], cancel: CancelToken) -> Generator[Chunk, None, None]:
        """Send a request and yield the chunks of its reply."""

    def models(self, cancel: CancelToken) -> Chunk:
        """Return what the server says of its models."""

    def close(self) -> None:
        """Close the connections."""


class Fold(Protocol):
    """A reply as it is put together from the chunks of its stream."""

    @property
    def begun(self) -> bool:
        """Whether a part of the text has been shown, so that the call must not be made anew."""

    @property
    def whole(self) -> bool:
        """Whether the provider said that the reply has ended."""

    def add(self, chunk: Chunk) -> None:
        """Take one chunk; raise `Trouble` when it tells of an error."""

    def completion(self, request: Request, model: str) -> Completion:
        """Return the reply, with usage as the provider counted it, or counted here and marked estimated."""


def never_again(trouble: Trouble, request: Request, sent: Mapping[str, Any]) -> bool:
    """Say that a request cannot be put in another form."""
    return False


@dataclass(frozen=True)
class Speech:
    """How a provider is spoken to: `where` is its name or address for people, `carrier` makes what carries requests.

    `body` turns a request into what is sent, `fold` makes what the reply's chunks are put into; `again` says, of a refusal
    and of what was sent, whether `body` now gives another form that may be taken.
    """

    where: str
    key: str = field(repr=False)
    carrier: Callable[[], Carrier]
    body: Callable[[Request], Mapping[str, Any]]
    fold: Callable[[OnText], Fold]
    again: Callable[[Trouble, Request, Mapping[str, Any]], bool] = never_again


class StreamingClient:
    """Streams replies of one model. Clients of the same backend may share a pool; connections open on first use."""

    def __init__(self, model: str, speech: Speech, terms: Terms) -> None:
        self.model = model
        self._terms = terms
        self._speech = speech
        self._pool = terms.pool or Pool(terms.concurrency)
        self._owns_pool = terms.pool is None
        self._asked = Asked(model, speech.where, speech.key)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(model={self.model!r}, at={self._speech.where!r})"

    def completion(
        self,
        request: Request,
        cancel: CancelToken,
        on_text: OnText = ignore_text,
        on_wait: OnWait = ignore_wait,
    ) -> Completion:
        """Return the whole reply; tries again while no text of it has arrived and the failure may pass."""
        return ask(
            self.model,
            sendable(request),
            self._terms,
            self._pool,
            lambda whole: self._attempt(whole, cancel, on_text),
            cancel=cancel,
            on_wait=on_wait,
        )

    def models(self, cancel: CancelToken) -> tuple[str, ...]:
        """Return the names of the models the provider offers, in its order."""
        try:
            return tuple(str(row["id"]) for row in self._carrier().models(cancel)["data"])
        except (KeyError, TypeError):
            sentence = f"{self._speech.where} sent no list of models; check that the base URL is right."
            raise ClientError(sentence) from None
        except Trouble as trouble:
            raise self._failure(trouble, cancel, begun=True, model="") from None

    def close(self) -> None:
        """Close the connections, unless they are shared: then who made the pool does."""
        if self._owns_pool:
            self._pool.close()

    def _attempt(self, request: Request, cancel: CancelToken, on_text: OnText) -> Completion:
        fold = self._speech.fold(Letters(on_text).take)
        body = self._speech.body(request)
        try:
            # Closing the stream at once lets its connection be used again, or be cut.
            with closing(self._carrier().stream(body, cancel)) as stream:
                for chunk in stream:
                    fold.add(chunk)
        except Trouble as trouble:
            if not fold.begun and self._speech.again(trouble, request, body):
                return self._attempt(request, cancel, on_text)
            if not fold.whole:
                raise self._failure(trouble, cancel, fold.begun) from None
        if not fold.whole:
            raise self._failure(Trouble(Kind.BROKEN), cancel, fold.begun)
        return _with_whole_letters(fold.completion(request, self.model))

    def _failure(
        self, trouble: Trouble, cancel: CancelToken, begun: bool, **asked: str
    ) -> Cancelled | ClientError | TryAgain:
        if cancel.cancelled:
            return Cancelled("The call was stopped.")
        return explain(trouble, dataclasses.replace(self._asked, **asked), begun)

    def _carrier(self) -> Carrier:
        def open_carrier() -> tuple[Carrier, Callable[[], None]]:
            carrier = self._speech.carrier()
            return carrier, carrier.close

        return self._pool.get(open_carrier)


def _with_whole_letters(found: Completion) -> Completion:
    text, reasoning = whole_letters(found.text), whole_letters(found.reasoning)
    if text is found.text and reasoning is found.reasoning:
        return found
    return dataclasses.replace(found, text=text, reasoning=reasoning)
