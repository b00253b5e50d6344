"""Models of any provider that LiteLLM knows, by its names: "provider/model"."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from rlm_app.clients.addresses import checked_address
from rlm_app.clients.guard import Guard
from rlm_app.clients.hosted import USUAL, Terms
from rlm_app.clients.options import checked_key, known_options
from rlm_app.clients.roles import is_root
from rlm_app.clients.streaming import Carrier, Speech, StreamingClient
from rlm_app.clients.streams import Reply
from rlm_app.errors import ConfigError
from rlm_app.types import Request

_OPTIONS = ("body",)
_CACHED = ({"location": "message", "role": "system"}, {"location": "message", "index": -1})
_LISTS = ("MODEL_COST_MAP", "ANTHROPIC_BETA_HEADERS", "BLOG_POSTS", "AUTOROUTER_PRESETS", "POLICY_TEMPLATES")
_ON_THIS_MACHINE = frozenset(
    (
        *("a2a", "docker_model_runner", "hosted_vllm", "langflow", "langgraph", "lemonade", "litellm_proxy"),
        *("llamafile", "lm_studio", "ollama", "ollama_chat", "oobabooga", "openai_like", "petals", "triton"),
        *("vllm", "xinference"),
    )
)
"""Providers of LiteLLM that are servers of one's own, on this machine where no address is given."""


class LiteLLMClient(StreamingClient):
    """Streams replies of one model through LiteLLM, which is imported on the first call and takes seconds.

    `model` names its provider ("bedrock/…", "groq/…"). Without an `api_key` LiteLLM uses the provider's own variables of
    this app's environment. Options: "body" are further arguments of each call, as "api_version", or as
    "custom_llm_provider" for a `model` that does not name it.
    """

    def __init__(
        self, model: str, api_key: str | None = None, base_url: str | None = None, terms: Terms = USUAL
    ) -> None:
        extra = known_options("litellm", terms.options, _OPTIONS).get("body") or {}
        key = checked_key(api_key)
        url = checked_address(base_url) if base_url else None
        provider = extra.get("custom_llm_provider") or model.partition("/")[0]
        if terms.guard is not None:
            _check(terms.guard, provider, model, url)

        def carrier() -> Carrier:
            _stay_off_the_network()
            from rlm_app.clients.litellm_sdk import LiteLLMCarrier

            return LiteLLMCarrier(provider, url, key, terms.timeout)

        def body(request: Request) -> Mapping[str, Any]:
            return body_of(request, model, extra)

        super().__init__(model, Speech(url or f"{provider} (through LiteLLM)", key, carrier, body, Reply), terms)


def _check(guard: Guard, provider: str, model: str, url: str | None) -> None:
    """Raise `ConfigError` for what leads to an address that is a stranger's choice: LiteLLM connects where we cannot look."""
    named = url is not None and guard.names(url)
    if (url is not None and not named) or "://" in model or (provider in _ON_THIS_MACHINE and not named):
        raise ConfigError(
            "In a shared app the backend LiteLLM goes to the usual addresses of providers alone: leave the address empty "
            "and pick a model of a provider on the internet, or pick the backend for servers of one's own. Whoever runs the "
            "app can allow an address with RLM_APP_ALLOW_ADDRESSES."
        )


def body_of(request: Request, model: str, extra: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of a call; a growing conversation with Claude is marked for its provider's prompt cache."""
    body: dict[str, Any] = {
        "model": model,
        "messages": [{"role": message.role, "content": message.content} for message in request.messages],
        "stream": True,
        **({} if request.max_output_tokens is None else {"max_tokens": request.max_output_tokens}),
        **extra,
        **request.params,
    }
    if "claude" in model and is_root(request):
        body["cache_control_injection_points"] = [dict(point) for point in _CACHED]
    return body


def _stay_off_the_network() -> None:
    """Have LiteLLM, which looks at this when it is imported, use the lists it brings along instead of fetching new ones."""
    for name in _LISTS:
        os.environ.setdefault(f"LITELLM_LOCAL_{name}", "True")
