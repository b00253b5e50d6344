"""Anthropic's Messages protocol, for `site.Site`: `with Site(anthropic, [Say("hi")]) as server: ...`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.servers.site import Answer, Asked, Say, event

MODELS = ("claude-sonnet-4-5", "claude-haiku-4-5")

_STOP = {"stop": "end_turn", "length": "max_tokens", "refusal": "refusal"}


def _error(kind: str, message: str) -> dict[str, Any]:
    return {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_1"}


TROUBLE = {
    "key": Say(status=401, error=_error("authentication_error", "invalid x-api-key")),
    "rights": Say(status=403, error=_error("permission_error", "Your key may not use this model.")),
    "model": Say(status=404, error=_error("not_found_error", "model: tiny")),
    "quota": Say(
        status=400,
        error=_error("invalid_request_error", "Your credit balance is too low to access the Anthropic API."),
    ),
    "long": Say(
        status=400, error=_error("invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum")
    ),
    "busy": Say(status=429, headers={"retry-after": "0.05"}, error=_error("rate_limit_error", "Too many requests.")),
    "overloaded": Say(status=529, headers={"retry-after": "0.05"}, error=_error("overloaded_error", "Overloaded")),
    "fault": Say(status=500, error=_error("api_error", "Internal server error")),
    "bad": Say(status=400, error=_error("invalid_request_error", "temperature: must be at most 1")),
}
"""What goes wrong, in the provider's words."""


def overloaded_in_midstream() -> Say:
    """Return a reply that breaks off with an error event after its first words."""
    begun = list(_events(Say("hello there"), "m"))[:3]
    return Say(raw=[*begun, event(_error("overloaded_error", "Overloaded"), "error")])


def anthropic(say: Say, asked: Asked) -> Answer:
    """Speak the protocol: the list of models for GET, else a streamed message."""
    if asked.method == "GET":
        return Answer([event(_listing())[6:]])
    return Answer(list(_events(say, asked.body["model"])), "text/event-stream")


def _listing() -> dict[str, Any]:
    rows = [
        {"id": name, "type": "model", "display_name": name, "created_at": "2025-01-01T00:00:00Z", "lifecycle": "active"}
        for name in MODELS
    ]
    return {"data": rows, "has_more": False, "first_id": MODELS[0], "last_id": MODELS[-1]}


def _events(say: Say, model: str) -> Iterator[bytes]:
    message = {"id": "msg_1", "type": "message", "role": "assistant", "model": model, "content": []}
    start = {**message, "stop_reason": None, "stop_sequence": None, "usage": _input(say)}
    yield _named({"type": "message_start", "message": start})
    index = 0
    if say.reasoning:
        deltas = [{"type": "thinking_delta", "thinking": say.reasoning}, {"type": "signature_delta", "signature": "s"}]
        yield from _block(index, {"type": "thinking", "thinking": "", "signature": ""}, deltas)
        index += 1
    yield _named({"type": "ping"})
    if say.text is not None:
        deltas = [{"type": "text_delta", "text": word} for word in say.words]
        yield from _block(index, {"type": "text", "text": ""}, deltas)
    if say.finish is not None:
        delta = {"stop_reason": _STOP.get(say.finish, say.finish), "stop_sequence": None}
        yield _named({"type": "message_delta", "delta": delta, "usage": _output(say)})
        yield _named({"type": "message_stop"})


def _block(index: int, start: dict[str, Any], deltas: list[dict[str, Any]]) -> Iterator[bytes]:
    yield _named({"type": "content_block_start", "index": index, "content_block": start})
    for delta in deltas:
        yield _named({"type": "content_block_delta", "index": index, "delta": delta})
    yield _named({"type": "content_block_stop", "index": index})


def _named(data: dict[str, Any]) -> bytes:
    return event(data, data["type"])


def _input(say: Say) -> dict[str, Any]:
    """Return what the provider counts first; its `input_tokens` leave out what was read from or written to the cache."""
    if say.usage is None:
        return {}
    cached, written = say.usage.cached_tokens or 0, say.usage.cache_write_tokens or 0
    return {
        "input_tokens": (say.usage.input_tokens or 0) - cached - written,
        "cache_read_input_tokens": cached,
        "cache_creation_input_tokens": written,
        "output_tokens": 1,
    }


def _output(say: Say) -> dict[str, Any]:
    if say.usage is None:
        return {}
    thought = say.usage.reasoning_tokens
    details = {} if thought is None else {"output_tokens_details": {"thinking_tokens": thought}}
    return {"output_tokens": say.usage.output_tokens, **details}
