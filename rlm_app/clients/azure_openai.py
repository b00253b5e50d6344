"""OpenAI's models on Azure, through the class of OpenAI's SDK that knows its addresses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rlm_app.clients.addresses import checked_address
from rlm_app.clients.hosted import USUAL, Terms
from rlm_app.clients.openai_form import Form, Forms
from rlm_app.clients.options import checked_key, known_options
from rlm_app.clients.streaming import Carrier, Speech, StreamingClient
from rlm_app.clients.streams import Reply
from rlm_app.clients.wire import Wire
from rlm_app.errors import ConfigError

API_VERSION = "2024-10-21"
"""The newest version of Azure's interface that is not a preview."""


class AzureOpenAIClient(StreamingClient):
    """Streams chat completions from one deployment, whose name is `model`, of the resource at `base_url`.

    Options: "api_version" of Azure's interface; "headers" and "body" are further headers and fields of each request.
    Raises `ConfigError` without a key or an address.
    """

    def __init__(
        self, model: str, api_key: str | None = None, base_url: str | None = None, terms: Terms = USUAL
    ) -> None:
        if not base_url:
            raise ConfigError(
                "Azure OpenAI needs the address of your resource: set AZURE_OPENAI_ENDPOINT, or enter it in Settings."
            )
        if not api_key:
            raise ConfigError("Azure OpenAI needs a key: set AZURE_OPENAI_API_KEY, or enter one in Settings.")
        chosen = known_options("azure_openai", terms.options, ("api_version", "headers", "body"))
        key = checked_key(api_key)
        # The portal shows addresses with the path after it.
        endpoint, _, _ = checked_address(base_url).partition("/openai")

        def carrier() -> Carrier:
            version = chosen.get("api_version") or API_VERSION
            return azure_carrier(terms.wire(endpoint), key, version, chosen.get("headers") or {})

        self.base_url = endpoint
        forms = Forms(model, Form("max_completion_tokens", chosen.get("body") or {}))
        super().__init__(model, Speech(endpoint, key, carrier, forms.body, Reply, forms.again), terms)


def azure_carrier(wire: Wire, key: str, version: str, headers: Mapping[str, str]) -> Carrier:
    """Return a carrier that uses OpenAI's SDK for Azure, which is imported now; its own retries are off, ours count."""
    import httpx2
    import openai

    from rlm_app.clients.openai_sdk import SdkCarrier

    def make(http: Any) -> openai.AzureOpenAI:
        return openai.AzureOpenAI(
            api_key=key,
            azure_endpoint=wire.url,
            api_version=version,
            max_retries=0,
            http_client=http,
            default_headers=headers,
        )

    return SdkCarrier(wire, httpx2, openai, make)
