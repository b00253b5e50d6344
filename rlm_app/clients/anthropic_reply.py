"""Putting a streamed message of Anthropic's together: text, thinking, why it ended, and what it used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rlm_app.clients.counting import estimated_usage
from rlm_app.clients.heard import Heard
from rlm_app.clients.streams import Chunk, count_of, told
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
class AnthropicReply(Heard):
    """What has arrived of a message so far."""

    _explained: str = ""

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
            self.count((chunk.get("message") or {}).get("usage"))
        elif kind == "message_delta":
            self._end(chunk.get("delta") or {})
            self.count(chunk.get("usage"))
        elif kind == "message":
            for block in chunk.get("content") or ():
                self._add(block)
            self._end(chunk)
            self.count(chunk.get("usage"))

    def completion(self, request: Request, model: str) -> Completion:
        """Return the message as a completion; a refusal without text says why, where the provider does."""
        finish = _FINISH.get(self.finish or "", "stop")
        text = self.text or (self._explained if finish == "refusal" else "")
        usage = usage_of(self.counts) or estimated_usage(request, text + self.thoughts, None)
        return Completion(text, model, usage, finish, reasoning=self.thoughts)

    def _add(self, part: Chunk) -> None:
        self.hear(part.get("text"))
        self.hear_thought(part.get("thinking"))

    def _end(self, told_of: Chunk) -> None:
        self.finish = told_of.get("stop_reason") or self.finish
        self._explained = (told_of.get("stop_details") or {}).get("explanation") or self._explained


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
