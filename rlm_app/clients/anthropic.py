"""Anthropic's models through its SDK, with prompt caching for conversations that grow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rlm_app.clients.addresses import checked_address
from rlm_app.clients.anthropic_reply import AnthropicReply
from rlm_app.clients.anthropic_request import body_of
from rlm_app.clients.hosted import USUAL, Terms
from rlm_app.clients.options import checked_key, known_options
from rlm_app.clients.streaming import Carrier, Speech, StreamingClient
from rlm_app.clients.wire import Wire
from rlm_app.errors import ConfigError
from rlm_app.types import Request

URL = "https://api.anthropic.com"

_OPTIONS = ("headers", "body")


class AnthropicClient(StreamingClient):
    """Streams messages from one model over kept connections; the SDK is imported on the first call.

    `base_url` is another address that speaks the protocol; None is Anthropic. Options: "headers" and "body" are further
    headers and fields of each request, as "thinking". Raises `ConfigError` when Anthropic is meant and no key is given.
    """

    def __init__(
        self, model: str, api_key: str | None = None, base_url: str | None = None, terms: Terms = USUAL
    ) -> None:
        chosen = known_options("anthropic", terms.options, _OPTIONS)
        key = checked_key(api_key)
        self.base_url = checked_address(base_url or URL).removesuffix("/v1")
        if not key and self.base_url == URL:
            raise ConfigError("Anthropic needs a key and none is set; set ANTHROPIC_API_KEY or enter one in Settings.")
        url = self.base_url

        def carrier() -> Carrier:
            return _carrier(terms.wire(url), key, chosen.get("headers") or {})

        def body(request: Request) -> Mapping[str, Any]:
            return body_of(request, model, chosen.get("body") or {})

        super().__init__(model, Speech(url, key, carrier, body, AnthropicReply), terms)


def _carrier(wire: Wire, key: str, headers: Mapping[str, str]) -> Carrier:
    import anthropic
    import httpx2

    from rlm_app.clients.openai_sdk import SdkCarrier

    def make(http: Any) -> anthropic.Anthropic:
        # All that the SDK would else take from the environment is said here; its own retries are off, ours count.
        return anthropic.Anthropic(
            api_key=key or "none",
            base_url=wire.url,
            max_retries=0,
            http_client=http,
            default_headers=headers,
            open_telemetry=False,
        )

    # An absolute address saves the SDK from putting one together for each call.
    chat, models = f"{wire.url}/v1/messages", f"{wire.url}/v1/models?limit=1000"
    return SdkCarrier(wire, httpx2, anthropic, make, chat=chat, models=models)
