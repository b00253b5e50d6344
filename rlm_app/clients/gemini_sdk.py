"""Requests carried by Google's SDK over our own connections."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

import httpx2
from google import genai
from google.genai import errors, types

from rlm_app.cancel import CancelToken
from rlm_app.clients.streams import Chunk, parsed
from rlm_app.clients.trouble import Kind, Trouble, seconds_of
from rlm_app.clients.wire import Wire
from rlm_app.clients.wire_sdk import Calls, http_client

_VERSION = "v1beta"


class GeminiCarrier:
    """Lets the SDK address, authorise, send and judge each request; replies are read as plain JSON.

    The SDK's public call turns request and chunks into models and back, 3 ms of CPU a call; beneath it stands the client
    of its own that this uses (docs/decisions/0013-sdks-beneath-their-models.md).
    """

    def __init__(self, wire: Wire, key: str, headers: Mapping[str, str]) -> None:
        self._calls = Calls()
        self._wire = wire
        # All that the SDK would else take from the environment is said here. Without retry options it tries once.
        self._client = genai.Client(
            api_key=key or "none",
            vertexai=False,
            http_options=types.HttpOptions(
                base_url=wire.url,
                api_version=_VERSION,
                headers=dict(headers),
                httpx_client=http_client(httpx2, self._wire, self._calls),
            ),
        )

    def stream(self, body: Mapping[str, Any], cancel: CancelToken) -> Generator[Chunk, None, None]:
        """Send a request to the model named in `body` and yield the chunks of the reply; raise `Trouble`."""
        path = f"{_path(body['model'])}:streamGenerateContent?alt=sse"
        sent = {name: value for name, value in body.items() if name != "model"}
        with self._sending(cancel):
            for answer in self._client._api_client.request_streamed("post", path, sent):
                yield parsed(answer.body or "{}")

    def models(self, cancel: CancelToken) -> Chunk:
        """Return the models that can write text; raise `Trouble`."""
        with self._sending(cancel):
            listed = [
                model for model in self._client.models.list() if "generateContent" in (model.supported_actions or ())
            ]
        if not listed:
            raise Trouble(Kind.NONSENSE)
        return {"data": [{"id": (model.name or "").removeprefix("models/")} for model in listed]}

    def close(self) -> None:
        """Close the SDK's client and its connections."""
        self._client.close()
        self._wire.close()

    @contextmanager
    def _sending(self, cancel: CancelToken) -> Iterator[None]:
        with self._calls.obeying(cancel):
            try:
                yield
            except errors.APIError as error:
                headers = getattr(error.response, "headers", None) or {}
                raise trouble_of(error.code, error.details, headers) from None
            except (ValueError, RecursionError):  # of what is no JSON, or none that the SDK's models know
                raise Trouble(Kind.NONSENSE) from None
            finally:
                # The SDK leaves a stream open that is not read to its end.
                if self._calls.exchange is not None:
                    self._calls.exchange.close()


def trouble_of(status: int, body: Any, headers: Mapping[str, str] = MappingProxyType({})) -> Trouble:
    """Return the trouble that an error of Gemini's tells of: a bad key is a 400 there, and a day's quota a 429."""
    found = body.get("error", body) if isinstance(body, dict) else {"message": str(body)}
    details = [detail for detail in found.get("details") or () if isinstance(detail, dict)]
    said = f"{found.get('status') or ''} {found.get('message') or ''}".strip()
    if any(detail.get("reason") == "API_KEY_INVALID" for detail in details):
        return Trouble(Kind.STATUS, said, status=401)
    if 300 <= status < 400:
        said = headers.get("location") or said
    after = next((_seconds(detail["retryDelay"]) for detail in details if "retryDelay" in detail), None)
    after = seconds_of(headers.get("retry-after")) if after is None else after
    if status == 429 and not _is_used_up(details):
        # Its message speaks of quota and billing for the calls of a minute too, which only have to wait.
        said = str(found.get("status"))
    return Trouble(Kind.STATUS, said, status=status, after=after)


def _is_used_up(details: list[dict[str, Any]]) -> bool:
    violations = [violation for detail in details for violation in detail.get("violations") or ()]
    return any("PerDay" in str(violation.get("quotaId")) for violation in violations)


def _seconds(delay: Any) -> float | None:
    try:
        return float(str(delay).removesuffix("s"))
    except ValueError:
        return None


def _path(model: str) -> str:
    name = quote(model, safe="/:@", errors="replace")
    return name if "/" in model else f"models/{name}"
