"""A client whose calls are counted by a meter: before they leave for the most they may cost, afterwards for what they did."""

from __future__ import annotations

from rlm_app.cancel import CancelToken
from rlm_app.clients.counting import CHARS_A_TOKEN, prompt_tokens
from rlm_app.clients.hosted import Price
from rlm_app.errors import Cancelled, ClientError
from rlm_app.meter import Meter
from rlm_app.protocols import Client, OnText, OnWait, ignore_text, ignore_wait
from rlm_app.types import Completion, Request, Usage

_BYTES_A_TOKEN = 2
"""Fewer than texts have: what a call may cost is guessed too high rather than too low."""


class MeteredClient:
    """Sends calls through another client once the meter lets them; `longest` is how many tokens a reply may have."""

    def __init__(self, client: Client, price: Price, longest: int, meter: Meter) -> None:
        self.model = client.model
        self._client = client
        self._price = price
        self._longest = longest
        self._meter = meter

    def completion(
        self,
        request: Request,
        cancel: CancelToken,
        on_text: OnText = ignore_text,
        on_wait: OnWait = ignore_wait,
    ) -> Completion:
        """Return the reply; a call that was stopped or broke off counts for its prompt and what had been written.

        Raises `LimitReached` where no money is left, and what the client does.
        """
        written = 0

        def heard(text: str) -> None:
            nonlocal written
            written += len(text)
            on_text(text)

        most = self._most(request)
        self._meter.begin(most, cancel)
        cost: float | None = 0.0
        try:
            completion = self._client.completion(request, cancel, heard, on_wait)
            cost = completion.usage.cost
            return completion
        except (Cancelled, ClientError) as error:
            if written or isinstance(error, Cancelled):
                cost = self._cut(request, written)
            raise
        finally:
            self._meter.end(most, cost)

    def close(self) -> None:
        """Let go of the client's connections."""
        self._client.close()

    def _most(self, request: Request) -> float:
        """Return the USD that a call may cost, 0 where nobody knows its price or none is held to it."""
        if self._meter.most is None:
            return 0.0
        size = sum(len(message.content.encode(errors="surrogatepass")) for message in request.messages)
        sent = size // _BYTES_A_TOKEN
        reply = request.max_output_tokens or self._longest
        return self._price(Usage(1, sent, reply, cache_write_tokens=sent)) or 0.0

    def _cut(self, request: Request, written: int) -> float | None:
        """Return about what a call cost that did not come to its end."""
        return self._price(Usage(1, prompt_tokens(request), written // CHARS_A_TOKEN, estimated=True))
