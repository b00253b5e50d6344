"""Anthropic's models through its SDK, with prompt caching for conversations that grow."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from rlm_app.clients.addresses import checked_address
from rlm_app.clients.anthropic_reply import AnthropicReply
from rlm_app.clients.anthropic_request import body_of
from rlm_app.clients.hosted import Price, Terms, no_price
from rlm_app.clients.openai_options import checked_key, known_options
from rlm_app.clients.pool import Pool
from rlm_app.clients.retry import Retry
from rlm_app.clients.streaming import Carrier, Speech, StreamingClient
from rlm_app.errors import ConfigError

URL = "https://api.anthropic.com"

_OPTIONS = ("headers", "body")


class AnthropicClient(StreamingClient):
    """Streams messages from one model over kept connections; the SDK is imported on the first call.

    `base_url` is another address that speaks the protocol; None is Anthropic. `timeout` is the seconds a server may stay
    silent, `concurrency` the most calls at once, unless a `pool` shared with other clients of the address says it.
    `options`: "headers" and "body" are further headers and fields of each request, as "thinking". Raises `ConfigError`
    when Anthropic is meant and no key is given.
    """

    def __init__(
        self,
        model: str,
        api_key: str | None = None,
        base_url: str | None = None,
        *,
        timeout: float = 600.0,
        concurrency: int = 64,
        retry: Retry | None = None,
        price: Price = no_price,
        max_output_tokens: int | None = None,
        context_window: int | None = None,
        options: Mapping[str, Any] = MappingProxyType({}),
        pool: Pool | None = None,
    ) -> None:
        chosen = known_options("anthropic", options, _OPTIONS)
        key = checked_key(api_key)
        self.base_url = checked_address(base_url or URL).removesuffix("/v1")
        if not key and self.base_url == URL:
            raise ConfigError("Anthropic needs a key and none is set; set ANTHROPIC_API_KEY or enter one in Settings.")
        url = self.base_url

        def carrier() -> Carrier:
            return _carrier(url, key, timeout, chosen.get("headers") or {})

        speech = Speech(
            url,
            key,
            carrier,
            lambda request: body_of(request, model, chosen.get("body") or {}),
            AnthropicReply,
        )
        super().__init__(
            Terms(model, retry or Retry(), price, max_output_tokens, context_window), speech, pool, concurrency
        )


def _carrier(url: str, key: str, timeout: float, headers: Mapping[str, str]) -> Carrier:
    import anthropic
    import httpx2

    from rlm_app.clients.openai_sdk import SdkCarrier

    def make(http: Any) -> anthropic.Anthropic:
        # All that the SDK would else take from the environment is said here; its own retries are off, ours count.
        return anthropic.Anthropic(
            api_key=key or "none",
            base_url=url,
            max_retries=0,
            http_client=http,
            default_headers=headers,
            open_telemetry=False,
        )

    # An absolute address saves the SDK from putting one together for each call.
    return SdkCarrier(
        url, timeout, httpx2, anthropic, make, chat=f"{url}/v1/messages", models=f"{url}/v1/models?limit=1000"
    )
