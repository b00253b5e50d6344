"""Requests carried by LiteLLM, on the process's event loop.

Importing this module imports LiteLLM, which takes 9 s and 200 MB; `litellm.py` does it on a client's first use.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from functools import partial
from typing import Any

import aiohttp
import litellm
import openai

from rlm_app.cancel import CancelToken
from rlm_app.clients import loop
from rlm_app.clients.streams import Chunk
from rlm_app.clients.trouble import Kind, Trouble, seconds_of

_CONNECT_SECONDS = 5.0
_NAMED = {
    litellm.exceptions.ContextWindowExceededError: ("context window", 400),
    litellm.exceptions.ContentPolicyViolationError: ("content_filter", 400),
    litellm.exceptions.PaymentRequiredError: ("insufficient credit", 402),
}


class LiteLLMCarrier:
    """Has LiteLLM send requests over one session of kept connections; its retries, logs and callbacks are off."""

    def __init__(self, provider: str, url: str | None, key: str, timeout: float) -> None:
        self._provider = provider
        litellm.suppress_debug_info = True
        litellm.disable_streaming_logging = True
        litellm.telemetry = False
        self._common = {
            "api_base": url,
            "api_key": key or None,
            "timeout": timeout,
            "num_retries": 0,
            "max_retries": 0,
            "stream_options": {"include_usage": True},
            "drop_params": True,
            "no-log": True,
        }
        self._session = loop.run(_session(timeout))

    def stream(self, body: Mapping[str, Any], cancel: CancelToken) -> Generator[Chunk, None, None]:
        """Send a chat request and yield the chunks of its reply; raise `Trouble`."""
        yield from loop.pieces(partial(self._read, body), cancel)

    def models(self, cancel: CancelToken) -> Chunk:
        """Return the models the provider lists, or LiteLLM's own list for one that cannot be asked; raise `Trouble`."""
        listed = litellm.get_valid_models(
            check_provider_endpoint=True,
            custom_llm_provider=self._provider,
            api_key=self._common["api_key"],
            api_base=self._common["api_base"],
        )
        if not listed:  # LiteLLM keeps the reason to itself
            raise Trouble(Kind.STATUS, "LiteLLM got no list of models; the key or the address may be wrong", status=400)
        return {"data": [{"id": name} for name in listed]}

    def close(self) -> None:
        """Close the connections."""
        loop.run(self._session.close())

    async def _read(self, body: Mapping[str, Any], give: Callable[[Chunk], None]) -> None:
        try:
            stream = await litellm.acompletion(**self._common, **body, shared_session=self._session)
            try:
                async for chunk in stream:
                    give(plain(chunk))
            finally:
                await stream.aclose()
        except openai.OpenAIError as error:
            raise trouble_of(error) from None


def plain(chunk: Any) -> Chunk:
    """Return a chunk of LiteLLM's in OpenAI's words."""
    made: dict[str, Any] = {}
    if chunk.choices:
        delta = chunk.choices[0].delta
        said = {"content": delta.content, "reasoning_content": getattr(delta, "reasoning_content", None)}
        made["choices"] = [{"delta": said, "finish_reason": chunk.choices[0].finish_reason}]
    if usage := getattr(chunk, "usage", None):
        counts = usage.model_dump(exclude={"cost"})  # counted by LiteLLM's own list; a person may know better
        details = counts.get("prompt_tokens_details") or {}
        made["usage"] = {
            **counts,
            "prompt_tokens_details": {**details, "cache_write_tokens": details.get("cache_creation_tokens")},
        }
    return made


def trouble_of(error: Any) -> Trouble:
    """Return the trouble that one of LiteLLM's errors tells of; all are named after those of OpenAI's SDK."""
    if isinstance(error, litellm.exceptions.MidStreamFallbackError) and error.original_exception is not None:
        error = error.original_exception
    said = str(getattr(error, "message", error))
    if isinstance(error, openai.APITimeoutError):
        return Trouble(Kind.TIMEOUT, said)
    if isinstance(error, openai.APIConnectionError):
        return Trouble(Kind.UNREACHABLE if "Cannot connect" in said else Kind.BROKEN, said)
    for kind, (words, status) in _NAMED.items():
        if isinstance(error, kind):
            return Trouble(Kind.STATUS, f"{words}: {said}", status=status)
    return Trouble(Kind.STATUS, said, status=int(getattr(error, "status_code", None) or 400), after=_after(error))


def _after(error: Any) -> float | None:
    headers = getattr(error, "litellm_response_headers", None) or getattr(error.response, "headers", None) or {}
    return seconds_of(headers.get("retry-after"), headers.get("retry-after-ms"))


async def _session(timeout: float) -> aiohttp.ClientSession:
    patience = aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_SECONDS, sock_read=timeout)
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=patience)
