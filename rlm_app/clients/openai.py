"""OpenAI and every server that speaks its chat protocol: Ollama, LM Studio, vLLM, OpenRouter and others."""

from __future__ import annotations

import dataclasses
import json
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from rlm_app.cancel import CancelToken
from rlm_app.clients.presets import PRESETS, resolve
from rlm_app.clients.retry import Retry, TryAgain, retrying
from rlm_app.clients.streams import Reply
from rlm_app.errors import Cancelled, ClientError, ConfigError
from rlm_app.protocols import OnText, OnWait, ignore_text, ignore_wait
from rlm_app.types import Completion, Request, Usage

if TYPE_CHECKING:
    from openai import OpenAI

    from rlm_app.clients.wires import CuttableTransport

Price = Callable[[Usage], float | None]


def no_price(usage: Usage) -> float | None:
    """Say that nobody knows what a call costs."""
    return None


class OpenAIClient:
    """Streams chat completions from one model over pooled connections; the SDK is imported on the first call.

    `base_url` is an address or a name of `PRESETS`; None is OpenAI. `timeout` is the seconds a server may stay silent,
    `concurrency` the most connections at once, `price` turns usage into USD where the server does not state the cost.
    Raises `ConfigError` when the server needs a key and none is given.
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
    ) -> None:
        preset = resolve(base_url)
        if preset.needs_key and not api_key:
            raise ConfigError(f"{preset.base_url} needs a key and none is set; enter one in Settings.")
        self.model = model
        self.base_url = preset.base_url
        self._key = api_key or ""
        self._timeout = timeout
        self._concurrency = concurrency
        self._retry = retry or Retry()
        self._price = price
        self._asks_usage = True
        self._lock = threading.Lock()
        self._opened: tuple[OpenAI, CuttableTransport] | None = None

    def __repr__(self) -> str:
        return f"OpenAIClient(model={self.model!r}, base_url={self.base_url!r})"

    def completion(
        self,
        request: Request,
        cancel: CancelToken,
        on_text: OnText = ignore_text,
        on_wait: OnWait = ignore_wait,
    ) -> Completion:
        """Return the whole reply; tries again while nothing of it has arrived and the failure may pass."""
        began = time.monotonic()
        reply = retrying(lambda: self._attempt(request, cancel, on_text), self._retry, cancel, on_wait)
        completion = reply.completion(request, self.model, time.monotonic() - began)
        if completion.usage.cost is not None:
            return completion
        usage = dataclasses.replace(completion.usage, cost=self._price(completion.usage))
        return dataclasses.replace(completion, usage=usage)

    def close(self) -> None:
        """Close the connections."""
        with self._lock:
            if self._opened is not None:
                self._opened[0].close()

    def _attempt(self, request: Request, cancel: CancelToken, on_text: OnText) -> Reply:
        if cancel.cancelled:
            raise Cancelled("The call was stopped before it was sent.")
        sdk, transport = self._open()
        reply = Reply(on_text)
        with transport.stoppable(cancel):
            failure = self._read(sdk, request, reply)
        if cancel.cancelled and not (failure is None and reply.whole):
            raise Cancelled("The call was stopped.")
        if failure is None and reply.whole:
            return reply
        return self._after_failure(failure, reply, request, cancel, on_text)

    def _read(self, sdk: OpenAI, request: Request, reply: Reply) -> Exception | None:
        """Read the stream into `reply`; return what broke it, or None."""
        import httpx2
        from openai import OpenAIError

        try:
            with sdk.chat.completions.create(**self._arguments(request)) as stream:
                for chunk in stream:
                    reply.add(chunk)
        except (OpenAIError, httpx2.HTTPError, json.JSONDecodeError) as error:
            return error
        return None

    def _after_failure(
        self, failure: Exception | None, reply: Reply, request: Request, cancel: CancelToken, on_text: OnText
    ) -> Reply:
        from rlm_app.clients.openai_errors import Asked, explain

        if self._asks_usage and "stream_options" in str(failure):
            self._asks_usage = False
            return self._attempt(request, cancel, on_text)
        if failure is None:
            error = ClientError(f"{self.base_url} stopped before the reply of {self.model} was whole.", retryable=True)
            raise error if reply.begun else TryAgain(error)
        raise explain(failure, Asked(self.model, self.base_url, self._key), reply.begun) from None

    def _arguments(self, request: Request) -> dict[str, Any]:
        # Everything but the first three goes as plain JSON: servers know parameters that the SDK's signature does not.
        body: dict[str, Any] = dict(request.params)
        if request.max_output_tokens is not None:
            own = self.base_url == PRESETS["openai"].base_url
            body["max_completion_tokens" if own else "max_tokens"] = request.max_output_tokens
        if self._asks_usage:
            body["stream_options"] = {"include_usage": True}
        if self.base_url == PRESETS["openrouter"].base_url:
            body["usage"] = {"include": True}
        messages = [{"role": message.role, "content": message.content} for message in request.messages]
        return {"model": self.model, "messages": messages, "stream": True, "extra_body": body}

    def _open(self) -> tuple[OpenAI, CuttableTransport]:
        with self._lock:
            if self._opened is None:
                self._opened = self._build()
            return self._opened

    def _build(self) -> tuple[OpenAI, CuttableTransport]:
        import httpx2
        from openai import OpenAI

        from rlm_app.clients.wires import CuttableTransport

        transport = CuttableTransport(self.base_url, self._concurrency)
        timeout = httpx2.Timeout(self._timeout, connect=5.0, pool=None)
        http = httpx2.Client(transport=transport, timeout=timeout)
        key = self._key or "none"
        return OpenAI(api_key=key, base_url=self.base_url, max_retries=0, timeout=timeout, http_client=http), transport
