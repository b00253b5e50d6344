"""Putting a streamed reply of Gemini's together: text, thoughts, why it ended or was blocked, and what it used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rlm_app.clients.counting import estimated_usage
from rlm_app.clients.heard import Heard
from rlm_app.clients.streams import Chunk, count_of
from rlm_app.types import Completion, Request, Usage

_FINISH = {
    "MAX_TOKENS": "length",
    "CONTINUATION": "length",
    "SAFETY": "filter",
    "RECITATION": "filter",
    "LANGUAGE": "filter",
    "BLOCKLIST": "filter",
    "PROHIBITED_CONTENT": "filter",
    "SPII": "filter",
    "ESCALATION": "filter",
    "MODEL_ARMOR": "filter",
    "PUP_LIMITED_DISABLED": "filter",
}


@dataclass
class GeminiReply(Heard):
    """What has arrived of a reply so far; a prompt that was blocked ends it too."""

    def add(self, chunk: Chunk) -> None:
        """Take one chunk, of several candidates the first; a blocked prompt has no candidates, a filtered reply no content."""
        self.count(chunk.get("usageMetadata"))
        if (chunk.get("promptFeedback") or {}).get("blockReason"):
            self.finish = "filter"
        for candidate in (each for each in chunk.get("candidates") or () if not each.get("index")):
            for part in (candidate.get("content") or {}).get("parts") or ():
                self._add(part)
            if reason := candidate.get("finishReason"):
                self.finish = _FINISH.get(reason, "stop")

    def completion(self, request: Request, model: str) -> Completion:
        """Return the reply as a completion; usage that was not sent is counted and marked estimated."""
        usage = usage_of(self.counts) or estimated_usage(request, self.text + self.thoughts, None)
        return Completion(self.text, model, usage, self.finish or "stop", reasoning=self.thoughts)

    def _add(self, part: Chunk) -> None:
        if part.get("thought"):
            self.hear_thought(part.get("text"))
        else:
            self.hear(part.get("text"))


def usage_of(said: Mapping[str, Any]) -> Usage | None:
    """Return what Gemini counted; its candidates do not take in the thoughts, its prompt does take in what was cached."""
    sent = count_of(said, "promptTokenCount")
    if sent is None:
        return None
    thoughts = count_of(said, "thoughtsTokenCount")
    return Usage(
        1,
        sent + (count_of(said, "toolUsePromptTokenCount") or 0),
        (count_of(said, "candidatesTokenCount") or 0) + (thoughts or 0),
        count_of(said, "cachedContentTokenCount"),
        thoughts,
    )
