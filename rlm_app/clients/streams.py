"""Putting a streamed chat completion together, whatever its server leaves out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rlm_app.clients.counting import estimated_usage
from rlm_app.protocols import OnText
from rlm_app.types import Completion, Request, Usage

if TYPE_CHECKING:
    from openai.types.chat import ChatCompletionChunk

_FINISH = {"length": "length", "content_filter": "filter"}


@dataclass
class Reply:
    """What has arrived of a reply so far; `begun` once anything has."""

    on_text: OnText
    begun: bool = False
    finish: str | None = None
    usage: Any = None
    _text: list[str] = field(default_factory=list)
    _reasoning: list[str] = field(default_factory=list)
    _refusal: list[str] = field(default_factory=list)

    def add(self, chunk: ChatCompletionChunk) -> None:
        """Take one chunk; servers send null where they have nothing to say."""
        self.begun = True
        self.usage = chunk.usage or self.usage
        for choice in (chunk.choices or [])[:1]:
            self.finish = choice.finish_reason or self.finish
            if choice.delta is not None:
                self._add_delta(choice.delta)

    def _add_delta(self, delta: Any) -> None:
        extra = delta.model_extra or {}
        self._reasoning.append(extra.get("reasoning_content") or extra.get("reasoning") or "")
        self._refusal.append(delta.refusal or "")
        if delta.content:
            self._text.append(delta.content)
            self.on_text(delta.content)

    @property
    def whole(self) -> bool:
        """Whether the server said that the reply has ended."""
        return self.finish is not None or self.usage is not None

    def completion(self, request: Request, model: str, seconds: float) -> Completion:
        """Return the reply as a completion; usage that the server did not send is counted and marked estimated."""
        refusal = "".join(self._refusal)
        text = "".join(self._text) or refusal
        reasoning = "".join(self._reasoning)
        usage = _usage(self.usage) if self.usage is not None else estimated_usage(request, text + reasoning, None)
        finish = "refusal" if refusal else _FINISH.get(self.finish or "stop", "stop")
        return Completion(text, model, usage, finish, seconds, reasoning)


def _usage(said: Any) -> Usage:
    extra = said.model_extra or {}
    prompt, output = said.prompt_tokens_details, said.completion_tokens_details
    return Usage(
        1,
        said.prompt_tokens,
        said.completion_tokens,
        prompt.cached_tokens if prompt is not None else extra.get("prompt_cache_hit_tokens"),
        output.reasoning_tokens if output is not None else None,
        extra.get("cost"),
    )
