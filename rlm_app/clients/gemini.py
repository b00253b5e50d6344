"""Google's Gemini models through the Gen AI SDK; the provider caches what prompts begin with by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rlm_app.clients.addresses import checked_address
from rlm_app.clients.gemini_reply import GeminiReply
from rlm_app.clients.gemini_request import body_of
from rlm_app.clients.hosted import USUAL, Terms
from rlm_app.clients.options import checked_key, known_options
from rlm_app.clients.streaming import Carrier, Speech, StreamingClient
from rlm_app.errors import ConfigError
from rlm_app.types import Request

URL = "https://generativelanguage.googleapis.com"

_OPTIONS = ("headers", "body")


class GeminiClient(StreamingClient):
    """Streams replies of one model over kept connections; the SDK is imported on the first call.

    `base_url` is another address that speaks the protocol; None is Google. Options: "headers" are further headers, "body"
    further fields of each request or of its generation config, as "thinkingConfig" or "safetySettings". Raises
    `ConfigError` when Google is meant and no key is given.
    """

    def __init__(
        self, model: str, api_key: str | None = None, base_url: str | None = None, terms: Terms = USUAL
    ) -> None:
        chosen = known_options("gemini", terms.options, _OPTIONS)
        key = checked_key(api_key)
        url = self.base_url = checked_address(base_url or URL)
        if not key and url == URL:
            raise ConfigError("Gemini needs a key and none is set; set GEMINI_API_KEY or enter one in Settings.")

        def carrier() -> Carrier:
            from rlm_app.clients.gemini_sdk import GeminiCarrier

            return GeminiCarrier(terms.wire(url), key, chosen.get("headers") or {})

        def body(request: Request) -> Mapping[str, Any]:
            return {"model": model, **body_of(request, chosen.get("body") or {})}

        super().__init__(model, Speech(url, key, carrier, body, GeminiReply), terms)
