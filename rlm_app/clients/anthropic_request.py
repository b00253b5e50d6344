"""What Anthropic is sent: the system prompt apart, roles in strict turn, and marks where its prompt cache is to hold on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rlm_app.clients.roles import goes_on
from rlm_app.clients.turns import system_of, turns_of
from rlm_app.types import Request

MAX_OUTPUT_TOKENS = 8_192
"""What a reply may have at most where neither the call nor the table of models says more; the provider asks for a number."""

_MARK = {"cache_control": {"type": "ephemeral"}}

_NAMES = {"stop": "stop_sequences"}

Block = dict[str, Any]


def body_of(request: Request, model: str, extra: Mapping[str, Any]) -> dict[str, Any]:
    """Return the JSON of a streamed call; parameters of the request stand above `extra`."""
    system = system_of(request.messages)
    system_blocks = [_text(system)] if system else []
    turns = [{"role": role, "content": [_text(text) for text in texts]} for role, texts in turns_of(request.messages)]
    if goes_on(request):
        _mark(system_blocks, turns)
    body = {"model": model, "max_tokens": request.max_output_tokens or MAX_OUTPUT_TOKENS, "messages": turns}
    params = {_NAMES.get(name, name): value for name, value in request.params.items()}
    return {**body, **({"system": system_blocks} if system else {}), "stream": True, **extra, **params}


def _mark(system: Sequence[Block], turns: Sequence[Block]) -> None:
    """Mark what stays the same: the system prompt, what the call before ended with, and the end of this one."""
    asked = [turn["content"] for turn in turns if turn["role"] == "user"]
    for blocks in [system, *asked[-2:]]:
        if blocks:
            blocks[-1].update(_MARK)


def _text(text: str) -> Block:
    return {"type": "text", "text": text}
