"""OpenAI's chat protocol, for `site.Site`: `with Site(openai, [Say("hi")]) as server: ...`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rlm_app.types import Usage
from tests.servers.site import Answer, Asked, Say, Script, Site, event

HELLO = (Say(),)
MODELS = ("gpt-5", "gpt-5-mini")

_FINISH = {"filter": "content_filter", "refusal": "stop"}


def _error(message: str, code: str | None = None, kind: str = "invalid_request_error") -> Mapping[str, Any]:
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}


TROUBLE = {
    "key": Say(status=401, error=_error("Incorrect API key provided.", "invalid_api_key")),
    "rights": Say(status=403, error=_error("Project does not have access to model `tiny`.", "model_not_found")),
    "model": Say(status=404, error=_error("The model `tiny` does not exist.", "model_not_found")),
    "quota": Say(
        status=429,
        error=_error("You exceeded your current quota, please check your plan.", "insufficient_quota"),
    ),
    "long": Say(
        status=400,
        error=_error("This model's maximum context length is 8192 tokens.", "context_length_exceeded"),
    ),
    "busy": Say(
        status=429, headers={"retry-after": "0.05"}, error=_error("Rate limit reached.", "rate_limit_exceeded")
    ),
    "fault": Say(status=500, error=_error("The server had an error.", kind="server_error")),
    "bad": Say(status=400, error=_error("temperature: must be at most 2")),
}
"""What goes wrong, in the provider's words."""


def openai(say: Say, asked: Asked) -> Answer:
    """Speak the protocol: the list of models for GET, else a streamed chat completion."""
    if asked.method == "GET":
        rows = [{"id": name, "object": "model", "created": 1, "owned_by": "us"} for name in MODELS]
        return Answer([event({"object": "list", "data": rows})[6:]])
    done = [] if say.finish is None else [b"data: [DONE]\n\n"]
    return Answer([*map(event, _chunks(say)), *done], "text/event-stream")


class OpenAIServer(Site):
    """A site that speaks this protocol at the address that clients are given."""

    def __init__(self, script: Script = HELLO) -> None:
        super().__init__(openai, script)

    @property
    def url(self) -> str:
        return f"{super().url}/v1"


def chunk(delta: Mapping[str, Any] | None = None, finish: str | None = None, **more: Any) -> dict[str, Any]:
    """Return one chunk of a streamed completion; without a delta and a finish it has no choices."""
    choices = [{"index": 0, "delta": delta or {}, "finish_reason": finish}] if delta is not None or finish else []
    return {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": choices, **more}


def _chunks(say: Say) -> Iterator[dict[str, Any]]:
    yield chunk({"role": "assistant", "content": None})
    if say.reasoning:
        yield chunk({"reasoning_content": say.reasoning})
    for word in say.words:
        yield chunk({"refusal" if say.finish == "refusal" else "content": word})
    if say.finish is not None:
        yield chunk(finish=_FINISH.get(say.finish, say.finish))
    if say.usage is not None:
        yield chunk(usage=_usage(say.usage))


def _usage(usage: Usage) -> dict[str, Any]:
    said: dict[str, Any] = {"prompt_tokens": usage.input_tokens, "completion_tokens": usage.output_tokens}
    if usage.cached_tokens is not None:
        said["prompt_tokens_details"] = {"cached_tokens": usage.cached_tokens}
    if usage.reasoning_tokens is not None:
        said["completion_tokens_details"] = {"reasoning_tokens": usage.reasoning_tokens}
    return {**said, "total_tokens": usage.tokens, **({"cost": usage.cost} if usage.cost is not None else {})}
