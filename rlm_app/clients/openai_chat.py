"""A client of OpenAI's chat protocol, whoever carries its requests."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, Protocol

from rlm_app.cancel import CancelToken
from rlm_app.clients.hosted import Terms, ask
from rlm_app.clients.openai_form import Form
from rlm_app.clients.pool import Pool
from rlm_app.clients.retry import TryAgain
from rlm_app.clients.streams import Chunk, Reply
from rlm_app.clients.trouble import Asked, Kind, Trouble, explain
from rlm_app.errors import Cancelled, ClientError
from rlm_app.protocols import OnText, OnWait, ignore_text, ignore_wait
from rlm_app.types import Completion, Request


class Carrier(Protocol):
    """Brings a request to a server and its reply back; what goes wrong is `Trouble`."""

    def stream(self, body: Mapping[str, Any], cancel: CancelToken) -> Generator[Chunk, None, None]:
        """Send a chat request and yield the chunks of its reply."""

    def models(self, cancel: CancelToken) -> Chunk:
        """Return what the server says of its models."""

    def close(self) -> None:
        """Close the connections."""


@dataclass(frozen=True)
class Dialect:
    """What differs from server to server: `url` is shown to people, `carrier` makes what carries requests.

    `form` is how requests are written at first.
    """

    url: str
    key: str = field(repr=False)
    carrier: Callable[[], Carrier]
    form: Form = field(default_factory=Form)


class ChatClient:
    """Streams chat completions of one model. Clients of the same server may share a pool; connections open on first use."""

    def __init__(self, terms: Terms, dialect: Dialect, pool: Pool | None, concurrency: int) -> None:
        self.model = terms.model
        self.base_url = dialect.url
        self._terms = terms
        self._dialect = dialect
        self._pool = pool or Pool(concurrency)
        self._owns_pool = pool is None
        self._form = dialect.form
        self._asked = Asked(terms.model, dialect.url, dialect.key)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(model={self.model!r}, base_url={self.base_url!r})"

    def completion(
        self,
        request: Request,
        cancel: CancelToken,
        on_text: OnText = ignore_text,
        on_wait: OnWait = ignore_wait,
    ) -> Completion:
        """Return the whole reply; tries again while nothing of it has arrived and the failure may pass."""
        return ask(
            request,
            self._terms,
            self._pool,
            lambda whole: self._attempt(whole, self._form, cancel, on_text),
            cancel=cancel,
            on_wait=on_wait,
        )

    def models(self, cancel: CancelToken) -> tuple[str, ...]:
        """Return the names of the models the server offers, in its order."""
        try:
            listed = self._carrier().models(cancel).get("data") or ()
            return tuple(str(row["id"]) for row in listed)
        except (KeyError, TypeError):
            raise ClientError(f"{self.base_url} sent no list of models; check that the base URL is right.") from None
        except Trouble as trouble:
            raise self._failure(trouble, cancel, begun=True) from None

    def close(self) -> None:
        """Close the connections, unless they are shared: then who made the pool does."""
        if self._owns_pool:
            self._pool.close()

    def _attempt(self, request: Request, form: Form, cancel: CancelToken, on_text: OnText) -> Completion:
        reply = Reply(on_text)
        try:
            with closing(self._carrier().stream(form.body(self.model, request), cancel)) as stream:
                for chunk in stream:
                    reply.add(chunk)
        except Trouble as trouble:
            other = form.after(trouble.said) if trouble.kind is Kind.STATUS else None
            if other is not None and not reply.begun:
                self._form = other
                return self._attempt(request, other, cancel, on_text)
            raise self._failure(trouble, cancel, reply.begun) from None
        if not reply.whole:
            raise self._failure(Trouble(Kind.BROKEN), cancel, reply.begun)
        return reply.completion(request, self.model)

    def _failure(self, trouble: Trouble, cancel: CancelToken, begun: bool) -> Cancelled | ClientError | TryAgain:
        if cancel.cancelled:
            return Cancelled("The call was stopped.")
        return explain(trouble, self._asked, begun)

    def _carrier(self) -> Carrier:
        def open_carrier() -> tuple[Carrier, Callable[[], None]]:
            carrier = self._dialect.carrier()
            return carrier, carrier.close

        return self._pool.get(open_carrier)
