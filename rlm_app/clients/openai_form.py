"""The form of a chat request: what is sent, and how it changes when a server does not know a field of it."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rlm_app.types import Request

_UNKNOWN = re.compile(r"unsupported|not supported|unknown|unrecogni[sz]ed|not permitted|not allowed|unexpected", re.I)
_LIMITS = {"max_tokens": "max_completion_tokens", "max_completion_tokens": "max_tokens"}


@dataclass(frozen=True)
class Form:
    """How requests to a server are written: `output_limit` names the field that bounds a reply, `extra` are further ones.

    `may_change_limit` is whether the other name of that field has not been tried yet.
    """

    output_limit: str = "max_tokens"
    extra: Mapping[str, Any] = field(default_factory=dict)
    asks_usage: bool = True
    may_change_limit: bool = True

    def body(self, model: str, request: Request) -> dict[str, Any]:
        """Return the request as JSON; its own parameters come before the fields that all requests have."""
        body: dict[str, Any] = {
            "model": model,
            "messages": [{"role": message.role, "content": message.content} for message in request.messages],
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
