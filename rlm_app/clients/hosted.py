"""What every client of a hosted provider does around its call, whoever the provider is."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rlm_app.cancel import CancelToken
from rlm_app.clients.counting import fewest_tokens
from rlm_app.clients.guard import Guard
from rlm_app.clients.pool import Pool
from rlm_app.clients.retry import Retry, retrying
from rlm_app.clients.wire import Wire
from rlm_app.errors import Cancelled, ContextTooLong
from rlm_app.protocols import OnWait
from rlm_app.types import Completion, Request, Usage

Price = Callable[[Usage], float | None]
"""Turns the usage of one call into USD, or None where the price is unknown."""


def no_price(usage: Usage) -> float | None:
    """Say that nobody knows what a call costs."""
    return None


@dataclass(frozen=True)
class Terms:
    """What every client of a hosted provider is told beside its model, key and address.

    `timeout` is the seconds a server may stay silent; `concurrency` the most calls at once, unless a `pool` shared with other
    clients of the address says it; `retry` how tries are repeated. `price` is asked where the provider states no cost;
    `max_output_tokens` is sent where a request asks for none; `context_window` (tokens) refuses prompts that surely do not
    fit. `options` are the client's own, which its class names. A `guard` says where connections may lead.
    """

    timeout: float = 600.0
    concurrency: int = 64
    retry: Retry = field(default_factory=Retry)
    price: Price = no_price
    max_output_tokens: int | None = None
    context_window: int | None = None
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)
    pool: Pool | None = None
    guard: Guard | None = None

    def wire(self, url: str) -> Wire:
        """Return connections to a server, none of them open yet."""
        guard = None if self.guard is None or self.guard.names(url) else self.guard
        return Wire(url, self.timeout, guard)


USUAL = Terms()


def ask(
    model: str,
    request: Request,
    terms: Terms,
    pool: Pool,
    attempt: Callable[[Request], Completion],
    *,
    cancel: CancelToken,
    on_wait: OnWait,
) -> Completion:
    """Return what `attempt` returns of `model`, with its cost and the seconds it took in all.

    `attempt` makes one try, holding one of the pool's slots; it raises `TryAgain` where another may help, and then
    waits are told to `on_wait`. Raises `ContextTooLong` for a prompt that surely does not fit, before anything is sent.
    """
    if cancel.cancelled:
        raise Cancelled("The call was stopped before it was sent.")
    if request.max_output_tokens is None and terms.max_output_tokens is not None:
        request = dataclasses.replace(request, max_output_tokens=terms.max_output_tokens)
    check_fits(model, request, terms)
    began = time.monotonic()

    def once() -> Completion:
        with pool.slots.turn(cancel):
            return attempt(request)

    completion = retrying(once, terms.retry, cancel, on_wait)
    usage, seconds = completion.usage, time.monotonic() - began
    cost = terms.price(usage) if usage.cost is None else None
    if cost is None:
        return dataclasses.replace(completion, seconds=seconds)
    return dataclasses.replace(completion, usage=dataclasses.replace(usage, cost=cost), seconds=seconds)


def check_fits(model: str, request: Request, terms: Terms) -> None:
    """Raise `ContextTooLong` when the prompt has more tokens than the model's window by any way of counting."""
    if terms.context_window is None:
        return
    fewest = fewest_tokens(request, terms.context_window)
    if fewest > terms.context_window:
        raise ContextTooLong(
            f"The prompt is too long for {model}: it has at least {fewest:,} tokens and "
            f"{terms.context_window:,} fit. Send less at once, or pick a model with a larger window."
        )
