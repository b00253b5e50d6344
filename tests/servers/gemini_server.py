"""Google's Gemini protocol, for `site.Site`: `with Site(gemini, [Say("hi")]) as server: ...`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.servers.site import Answer, Asked, Say, event

MODELS = ("gemini-2.5-pro", "gemini-2.5-flash")

_FINISH = {"stop": "STOP", "length": "MAX_TOKENS", "filter": "SAFETY"}


def _error(code: int, status: str, message: str, *details: dict[str, Any]) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, "status": status, "details": list(details)}}


_ERROR_INFO = "type.googleapis.com/google.rpc.ErrorInfo"
_RETRY_INFO = "type.googleapis.com/google.rpc.RetryInfo"
_KEY = {"@type": _ERROR_INFO, "reason": "API_KEY_INVALID", "domain": "googleapis.com"}
_QUOTA = {
    "@type": "type.googleapis.com/google.rpc.QuotaFailure",
    "violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier", "quotaValue": "50"}],
}

TROUBLE = {
    "key": Say(status=400, error=_error(400, "INVALID_ARGUMENT", "API key not valid.", _KEY)),
    "rights": Say(status=403, error=_error(403, "PERMISSION_DENIED", "The caller does not have permission.")),
    "model": Say(status=404, error=_error(404, "NOT_FOUND", "models/tiny is not found for API version v1beta.")),
    "quota": Say(
        status=429,
        error=_error(
            429,
            "RESOURCE_EXHAUSTED",
            "You exceeded your current quota, please check your plan and billing details.",
            _QUOTA,
            {"@type": _RETRY_INFO, "retryDelay": "30s"},
        ),
    ),
    "long": Say(
        status=400,
        error=_error(
            400,
            "INVALID_ARGUMENT",
            "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
        ),
    ),
    "busy": Say(
        status=429,
        error=_error(429, "RESOURCE_EXHAUSTED", "Too fast.", {"@type": _RETRY_INFO, "retryDelay": "0.05s"}),
    ),
    "overloaded": Say(status=503, error=_error(503, "UNAVAILABLE", "The model is overloaded.")),
    "fault": Say(status=500, error=_error(500, "INTERNAL", "An internal error has occurred.")),
    "bad": Say(status=400, error=_error(400, "INVALID_ARGUMENT", "temperature must be between 0 and 2.")),
}
"""What goes wrong, in the provider's words."""


def blocked() -> Say:
    """Return a reply that says only that the prompt was blocked: it has no candidates."""
    return Say(raw=[event({"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, "usageMetadata": _usage(Say())})])


def gemini(say: Say, asked: Asked) -> Answer:
    """Speak the protocol: the list of models for GET, else streamed candidates."""
    if asked.method == "GET":
        return Answer([event(_listing())[6:]])
    return Answer(list(_events(say)), "text/event-stream")


def _listing() -> dict[str, Any]:
    rows = [{"name": f"models/{name}", "supportedGenerationMethods": ["generateContent"]} for name in MODELS]
    return {"models": [*rows, {"name": "models/embed", "supportedGenerationMethods": ["embedContent"]}]}


def _events(say: Say) -> Iterator[bytes]:
    if say.reasoning:
        yield _part({"text": say.reasoning, "thought": True})
    for word in say.words:
        yield _part({"text": word})
    last: dict[str, Any] = {"candidates": [{"index": 0, "content": {"role": "model"}}]}
    if say.finish is not None:
        last["candidates"][0]["finishReason"] = _FINISH.get(say.finish, say.finish)
    if say.usage is not None:
        last["usageMetadata"] = _usage(say)
    yield event(last)


def _part(part: dict[str, Any]) -> bytes:
    return event({"candidates": [{"index": 0, "content": {"role": "model", "parts": [part]}}]})


def _usage(say: Say) -> dict[str, Any]:
    """Return the provider's counts; its candidates leave out what was thought."""
    usage = say.usage
    assert usage is not None
    thought, cached = usage.reasoning_tokens, usage.cached_tokens
    counts = {
        "promptTokenCount": usage.input_tokens,
        "candidatesTokenCount": (usage.output_tokens or 0) - (thought or 0),
        "cachedContentTokenCount": cached,
        "thoughtsTokenCount": thought,
        "totalTokenCount": usage.tokens,
    }
    return {name: count for name, count in counts.items() if count is not None}
