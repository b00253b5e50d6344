"""Models of many providers through Portkey's gateway and SDK, which the extra `portkey` installs."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from typing import Any

from rlm_app.clients.addresses import checked_address
from rlm_app.clients.hosted import USUAL, Terms
from rlm_app.clients.openai_form import Form, Forms, is_anthropic
from rlm_app.clients.options import checked_key, known_options
from rlm_app.clients.streaming import Carrier, Speech, StreamingClient
from rlm_app.clients.streams import Reply
from rlm_app.clients.wire import Wire
from rlm_app.errors import ConfigError

GATEWAY = "https://api.portkey.ai/v1"
_ROUTING = ("virtual_key", "config", "provider", "trace_id", "metadata")


class PortkeyClient(StreamingClient):
    """Streams chat completions from one model behind the gateway; `model` may name its provider ("@openai-prod/gpt-5").

    Options: "virtual_key", "config", "provider", "trace_id" and "metadata" are Portkey's own; "body" are further fields of
    each request. Raises `ConfigError` without a key or the package.
    """

    def __init__(
        self, model: str, api_key: str | None = None, base_url: str | None = None, terms: Terms = USUAL
    ) -> None:
        if importlib.util.find_spec("portkey_ai") is None:
            raise ConfigError(
                "The backend portkey needs the package portkey-ai, which is not installed; run `uv sync --extra portkey`."
            )
        if not api_key:
            raise ConfigError("Portkey needs a key: set PORTKEY_API_KEY, or enter one in Settings.")
        chosen = known_options("portkey", terms.options, (*_ROUTING, "body"))
        key = checked_key(api_key)
        url = checked_address(base_url or GATEWAY)

        def carrier() -> Carrier:
            return portkey_carrier(terms.wire(url), key, {name: chosen[name] for name in _ROUTING if name in chosen})

        self.base_url = url
        forms = Forms(model, Form(extra=chosen.get("body") or {}, marks_cache=is_anthropic(model)))
        super().__init__(model, Speech(url, key, carrier, forms.body, Reply, forms.again), terms)


def portkey_carrier(wire: Wire, key: str, routing: Mapping[str, Any]) -> Carrier:
    """Return a carrier that uses Portkey's SDK, which is imported now and takes seconds; its retries are off, ours count."""
    import httpx
    import portkey_ai
    from portkey_ai._vendor import openai  # the SDK sends chat requests by its own copy of OpenAI's

    from rlm_app.clients.openai_sdk import SdkCarrier

    def make(http: Any) -> Any:
        sdk = portkey_ai.Portkey(api_key=key, base_url=wire.url, http_client=http, **routing)
        return sdk.openai_client.with_options(max_retries=0)

    return SdkCarrier(wire, httpx, openai, make)
