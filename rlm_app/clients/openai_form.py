"""The form of a chat request: what is sent, and how it changes when a server does not know a field of it."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rlm_app.clients.roles import goes_on
from rlm_app.clients.trouble import Kind, Trouble
from rlm_app.types import Request

_UNKNOWN = re.compile(r"unsupported|not supported|unknown|unrecogni[sz]ed|not permitted|not allowed|unexpected", re.I)
_LIMITS = {"max_tokens": "max_completion_tokens", "max_completion_tokens": "max_tokens"}


@dataclass(frozen=True)
class Form:
    """How requests to a server are written: `output_limit` names the field that bounds a reply, `extra` are further ones.

    `may_change_limit` is whether the other name of that field has not been tried yet; `marks_cache` is whether a gateway has
    to be told what of a growing conversation its provider shall keep.
    """

    output_limit: str = "max_tokens"
    extra: Mapping[str, Any] = field(default_factory=dict)
    asks_usage: bool = True
    may_change_limit: bool = True
    marks_cache: bool = False

    def body(self, model: str, request: Request) -> dict[str, Any]:
        """Return the request as JSON; its own parameters come before the fields that all requests have."""
        body: dict[str, Any] = {
            "model": model,
            "messages": _messages(request, marked=self.marks_cache),
            "stream": True,
            **self.extra,
            **request.params,
        }
        if request.max_output_tokens is not None:
            body[self.output_limit] = request.max_output_tokens
        if self.asks_usage:
            body["stream_options"] = {"include_usage": True}
        return body

    def after(self, said: str) -> Form | None:
        """Return the form to try when a server refused this one with these words, or None when it would not help."""
        if self.asks_usage and "stream_options" in said:
            return dataclasses.replace(self, asks_usage=False)
        if self.may_change_limit and re.search(rf"\b{self.output_limit}\b", said) and _UNKNOWN.search(said):
            return dataclasses.replace(self, output_limit=_LIMITS[self.output_limit], may_change_limit=False)
        return None


class Forms:
    """The form in which a server takes requests to `model`, learned from what it refuses."""

    def __init__(self, model: str, first: Form) -> None:
        self._model = model
        self._form = first

    def body(self, request: Request) -> dict[str, Any]:
        """Return the request in the form that serves as far as is known."""
        return self._form.body(self._model, request)

    def again(self, trouble: Trouble, request: Request, sent: Mapping[str, Any]) -> bool:
        """Learn from a refusal; return whether `body` gives another form now than the one that was `sent`."""
        if trouble.kind is not Kind.STATUS:
            return False
        if self.body(request) == sent:  # else another call has learned something meanwhile
            self._form = self._form.after(trouble.said) or self._form
        return self.body(request) != sent


def _messages(request: Request, *, marked: bool) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = [
        {"role": message.role, "content": message.content} for message in request.messages
    ]
    if marked and goes_on(request):
        asked = [message for message in messages if message["role"] == "user"]
        for message in [*(m for m in messages[:1] if m["role"] == "system"), *asked[-2:]]:
            message["content"] = [{"type": "text", "text": message["content"], "cache_control": {"type": "ephemeral"}}]
    return messages


def is_anthropic(model: str) -> bool:
    """Whether the model behind a gateway is one of Anthropic's, which cache only what is marked."""
    return "anthropic" in model or "claude" in model
