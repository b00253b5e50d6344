"""Putting a streamed message of Anthropic's together: text, thinking, why it ended, and what it used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rlm_app.clients.counting import estimated_usage
from rlm_app.clients.streams import Chunk, count_of, told
from rlm_app.protocols import OnText
from rlm_app.types import Completion, Request, Usage

_FINISH = {"max_tokens": "length", "model_context_window_exceeded": "length", "refusal": "refusal"}
_STATUS = {
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}


@dataclass
class AnthropicReply:
    """What has arrived of a message so far."""

    on_text: OnText
    finish: str | None = None
    _said: dict[str, Any] = field(default_factory=dict)
    _text: list[str] = field(default_factory=list)
    _thinking: list[str] = field(default_factory=list)
    _explained: str = ""

    @property
    def begun(self) -> bool:
        """Whether text has been shown."""
        return bool(self._text)

    @property
    def whole(self) -> bool:
        """Whether the provider said why the message ended."""
        return self.finish is not None

    def add(self, chunk: Chunk) -> None:
        """Take one event, or a whole message; raise `Trouble` for an error in midstream."""
        kind = chunk.get("type")
        if kind == "error":
            found = chunk.get("error") or {}
            raise told(chunk, _STATUS.get(str(found.get("type")), 400))
        if kind == "content_block_delta":
            self._add(chunk.get("delta") or {})
        elif kind == "content_block_start":
            self._add(chunk.get("content_block") or {})
        elif kind == "message_start":
            self._count(chunk.get("message") or {})
        elif kind == "message_delta":
            self._end(chunk.get("delta") or {})
            self._count(chunk)
        elif kind == "message":
            for block in chunk.get("content") or ():
                self._add(block)
            self._end(chunk)
            self._count(chunk)

    def completion(self, request: Request, model: str) -> Completion:
        """Return the message as a completion; a refusal without text says why, where the provider does."""
        finish = _FINISH.get(self.finish or "", "stop")
        text = "".join(self._text) or (self._explained if finish == "refusal" else "")
        thinking = "".join(self._thinking)
        usage = usage_of(self._said) or estimated_usage(request, text + thinking, None)
        return Completion(text, model, usage, finish, reasoning=thinking)

    def _add(self, part: Chunk) -> None:
        if text := part.get("text"):
            self._text.append(text)
            self.on_text(text)
        if thinking := part.get("thinking"):
            self._thinking.append(thinking)

    def _end(self, told_of: Chunk) -> None:
        self.finish = told_of.get("stop_reason") or self.finish
        self._explained = (told_of.get("stop_details") or {}).get("explanation") or self._explained

    def _count(self, said: Chunk) -> None:
        # Later counts take in earlier ones; what a later event leaves out or gives as null still holds.
        self._said.update({name: count for name, count in (said.get("usage") or {}).items() if count is not None})


def usage_of(said: Mapping[str, Any]) -> Usage | None:
    """Return what Anthropic counted; its `input_tokens` are those that were neither read from nor written to the cache."""
    sent, given_out = count_of(said, "input_tokens"), count_of(said, "output_tokens")
    if sent is None or given_out is None:
        return None
    read, written = count_of(said, "cache_read_input_tokens"), count_of(said, "cache_creation_input_tokens")
    return Usage(
        1,
        sent + (read or 0) + (written or 0),
        given_out,
        read,
        count_of(said.get("output_tokens_details") or {}, "thinking_tokens"),
        cache_write_tokens=written,
    )
