"""OpenAI through its SDK, and every server that speaks its chat protocol: Ollama, LM Studio, vLLM, OpenRouter and others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rlm_app.clients.addresses import checked_address
from rlm_app.clients.hosted import USUAL, Terms
from rlm_app.clients.openai_form import Form, Forms, is_anthropic
from rlm_app.clients.openai_light import LightCarrier
from rlm_app.clients.options import checked_key, known_options
from rlm_app.clients.presets import PRESETS, resolve
from rlm_app.clients.streaming import Carrier, Speech, StreamingClient
from rlm_app.clients.streams import Reply
from rlm_app.clients.wire import Wire
from rlm_app.errors import ConfigError

_OPTIONS = ("carrier", "headers", "body")


class OpenAIClient(StreamingClient):
    """Streams chat completions from one model over kept connections; what carries them is made on the first call.

    `base_url` is an address or a name of `PRESETS`; None is OpenAI. Options: "headers" and "body" are further headers and
    fields of each request; "carrier" is "sdk" (OpenAI's own, the usual for OpenAI) or "light" (the usual elsewhere). Raises
    `ConfigError` for an address that cannot be one, and when the server needs a key and none is given.
    """

    def __init__(
        self, model: str, api_key: str | None = None, base_url: str | None = None, terms: Terms = USUAL
    ) -> None:
        preset = resolve(base_url)
        checked_address(preset.base_url)
        if preset.needs_key and not api_key:
            raise ConfigError(f"{preset.base_url} needs a key and none is set; enter one in Settings.")
        chosen = known_options("openai", terms.options, _OPTIONS)
        key = checked_key(api_key)
        own = preset == PRESETS["openai"]
        headers = chosen.get("headers") or {}

        def carrier() -> Carrier:
            if chosen.get("carrier", "sdk" if own else "light") == "sdk":
                return sdk_carrier(terms.wire(preset.base_url), key, headers)
            return LightCarrier(terms.wire(preset.base_url), {"authorization": f"Bearer {key or 'none'}", **headers})

        self.base_url = preset.base_url
        forms = Forms(
            model,
            Form(
                output_limit="max_completion_tokens" if own else "max_tokens",
                extra={**preset.extra, **(chosen.get("body") or {})},
                marks_cache=preset == PRESETS["openrouter"] and is_anthropic(model),
            ),
        )
        super().__init__(model, Speech(preset.base_url, key, carrier, forms.body, Reply, forms.again), terms)


def sdk_carrier(wire: Wire, key: str, headers: Mapping[str, str]) -> Carrier:
    """Return a carrier that uses OpenAI's SDK, which is imported now; its own retries are off, ours count."""
    import httpx2
    import openai

    from rlm_app.clients.openai_sdk import SdkCarrier

    def make(http: Any) -> openai.OpenAI:
        return openai.OpenAI(
            api_key=key or "none", base_url=wire.url, max_retries=0, http_client=http, default_headers=headers
        )

    # An absolute address saves the SDK from putting one together for each call.
    return SdkCarrier(wire, httpx2, openai, make, chat=f"{wire.url.rstrip('/')}/chat/completions")
