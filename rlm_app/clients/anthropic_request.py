"""What Anthropic is sent: the system prompt apart, roles in strict turn, and marks where its prompt cache is to hold on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from rlm_app.clients.roles import is_root
from rlm_app.types import Message, Request

MAX_OUTPUT_TOKENS = 8_192
"""What a reply may have at most where neither the call nor the table of models says more; the provider asks for a number."""

_MARK = {"cache_control": {"type": "ephemeral"}}

Turn = dict[str, Any]


def body_of(request: Request, model: str, extra: Mapping[str, Any]) -> dict[str, Any]:
    """Return the JSON of a streamed call; parameters of the request stand above `extra`."""
    system = "\n\n".join(message.content for message in request.messages if message.role == "system").strip()
    turns = _turns([message for message in request.messages if message.role != "system"])
    system_blocks = [_text(system)] if system else []
    if _goes_on(request):
        _mark(system_blocks, turns)
    body = {"model": model, "max_tokens": request.max_output_tokens or MAX_OUTPUT_TOKENS, "messages": turns}
    return {**body, **({"system": system_blocks} if system else {}), "stream": True, **extra, **request.params}


def _goes_on(request: Request) -> bool:
    """Whether more of this conversation will be sent; writing a prompt to the cache that is never read costs a quarter."""
    return is_root(request) or any(message.role == "assistant" for message in request.messages)


def _mark(system: Sequence[Turn], turns: Sequence[Turn]) -> None:
    """Mark what stays the same: the system prompt, what the call before ended with, and the end of this one."""
    asked = [turn["content"] for turn in turns if turn["role"] == "user"]
    for blocks in [system, *asked[-2:]]:
        if blocks:
            blocks[-1].update(_MARK)


def _turns(messages: Sequence[Message]) -> list[Turn]:
    """Return messages in strict turn that begin and end with the user; texts of one role in a row become blocks of one."""
    turns = [
        {"role": role, "content": [_text(message.content) for message in group]}
        for role, group in groupby(messages, key=lambda message: message.role)
    ]
    if not turns or turns[0]["role"] != "user":
        turns.insert(0, {"role": "user", "content": [_text("Begin.")]})
    if turns[-1]["role"] != "user":
        turns.append({"role": "user", "content": [_text("Go on.")]})
    return turns


def _text(text: str) -> Turn:
    # The provider refuses blocks that are empty or blank.
    return {"type": "text", "text": text if text.strip() else "(empty)"}
