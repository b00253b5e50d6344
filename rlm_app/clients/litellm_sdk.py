"""Requests carried by LiteLLM, on the process's event loop.

Importing this module imports LiteLLM, which takes 9 s and 200 MB; `litellm.py` does it on a client's first use.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

import aiohttp
import litellm
import openai
from litellm.types.utils import LlmProviders
from litellm.utils import ProviderConfigManager

from rlm_app.cancel import CancelToken
from rlm_app.clients import loop
from rlm_app.clients.streams import Chunk
from rlm_app.clients.trouble import Kind, Trouble, seconds_of

_CONNECT_SECONDS = 5.0
_NOBODY = re.compile(r"Cannot connect to host|Connection refused|All connection attempts failed")
_BAD_KEY = re.compile(r"invalid_api_key|incorrect api key|authentication_error", re.IGNORECASE)
_NAMED = {
    litellm.exceptions.ContextWindowExceededError: ("context window", 400),
    litellm.exceptions.ContentPolicyViolationError: ("content_filter", 400),
    litellm.exceptions.PaymentRequiredError: ("insufficient credit", 402),
}


class LiteLLMCarrier:
    """Has LiteLLM send requests over one session of kept connections; its retries, logs and callbacks are off."""

    def __init__(self, provider: str, url: str | None, key: str, timeout: float) -> None:
        self._provider = provider
        self._url = url
        self._key = key or None
        litellm.suppress_debug_info = True
        litellm.telemetry = False
        self._common = {
            "api_base": self._url,
            "api_key": self._key,
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
        asked = ProviderConfigManager.get_provider_model_info(model=None, provider=LlmProviders(self._provider))
        if asked is None:
            return _rows(litellm.models_by_provider.get(self._provider, ()))
        try:
            return _rows(loop.aside(partial(asked.get_models, self._key, self._url), cancel))
        except Trouble:
            raise
        except Exception as error:  # noqa: BLE001 - it raises whatever each provider's module makes up
            raise _unlisted(str(error)) from None

    def close(self) -> None:
        """Close the connections."""
        loop.run(self._session.close())

    async def _read(self, body: Mapping[str, Any], give: Callable[[Chunk], None]) -> None:
        try:
            stream = await litellm.acompletion(**self._common, **body, shared_session=self._session)
            try:
                used = None
                async for chunk in stream:
                    used = getattr(chunk, "usage", None) or used
                    give(plain(chunk))
                # Where the provider counts nothing LiteLLM does, and does not say so; then it is left to us, who do.
                if used and used.prompt_tokens and any(getattr(part, "usage", None) for part in stream.chunks):
                    give({"usage": counts_of(used)})
            finally:
                await stream.aclose()
        except openai.OpenAIError as error:
            raise trouble_of(error) from None


def plain(chunk: Any) -> Chunk:
    """Return a chunk of LiteLLM's in OpenAI's words, without its usage and without what belongs to a second reply."""
    choice = next((each for each in chunk.choices if not each.index), None)
    if choice is None:
        return {}
    said = {"content": choice.delta.content, "reasoning_content": getattr(choice.delta, "reasoning_content", None)}
    return {"choices": [{"delta": said, "finish_reason": choice.finish_reason}]}


def counts_of(usage: Any) -> Chunk:
    """Return LiteLLM's usage in OpenAI's words; its cost is left out, as a person may know the price better."""
    counts: dict[str, Any] = usage.model_dump(exclude={"cost"})
    details = counts.get("prompt_tokens_details") or {}
    return {
        **counts,
        "prompt_tokens_details": {**details, "cache_write_tokens": details.get("cache_creation_tokens")},
    }


def trouble_of(error: Any) -> Trouble:
    """Return the trouble that one of LiteLLM's errors tells of; all are named after those of OpenAI's SDK."""
    if isinstance(error, litellm.exceptions.MidStreamFallbackError) and error.original_exception is not None:
        error = error.original_exception
    said = str(getattr(error, "message", error))
    if isinstance(error, openai.APITimeoutError):
        return Trouble(Kind.TIMEOUT, said)
    if any(isinstance(cause, aiohttp.ClientConnectorError) for cause in _causes(error)):
        return Trouble(Kind.UNREACHABLE)
    if isinstance(error, openai.APIConnectionError):
        return Trouble(Kind.BROKEN, said)
    for kind, (words, status) in _NAMED.items():
        if isinstance(error, kind):
            return Trouble(Kind.STATUS, f"{words}: {said}", status=status)
    return Trouble(Kind.STATUS, said, status=int(getattr(error, "status_code", None) or 400), after=_after(error))


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _after(error: Any) -> float | None:
    headers = getattr(error, "litellm_response_headers", None) or getattr(error.response, "headers", None) or {}
    return seconds_of(headers.get("retry-after"), headers.get("retry-after-ms"))


def _rows(names: Iterable[str]) -> Chunk:
    return {"data": [{"id": name} for name in names]}


def _unlisted(said: str) -> Trouble:
    if _NOBODY.search(said):
        return Trouble(Kind.UNREACHABLE)
    if _BAD_KEY.search(said):
        return Trouble(Kind.STATUS, said, status=401)
    status = re.search(r"(?:HTTP|status|code)\D{0,6}([45]\d\d)\b", said, re.IGNORECASE)
    return Trouble(Kind.STATUS, said, status=int(status[1]) if status else 400)


async def _session(timeout: float) -> aiohttp.ClientSession:
    patience = aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_SECONDS, sock_read=timeout)
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=patience)
