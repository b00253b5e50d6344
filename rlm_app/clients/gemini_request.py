"""What Gemini is sent: its own names for roles and parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rlm_app.clients.turns import system_of, turns_of
from rlm_app.types import Request

_TOP = {"safetySettings", "tools", "toolConfig", "cachedContent", "generationConfig", "labels", "serviceTier"}
_NAMES = {
    "top_p": "topP",
    "top_k": "topK",
    "stop": "stopSequences",
    "presence_penalty": "presencePenalty",
    "frequency_penalty": "frequencyPenalty",
}


def body_of(request: Request, extra: Mapping[str, Any]) -> dict[str, Any]:
    """Return the JSON of a call; parameters of the request stand above `extra`."""
    top, config = _sorted(extra)
    top_asked, config_asked = _sorted(request.params)
    limit = {} if request.max_output_tokens is None else {"maxOutputTokens": request.max_output_tokens}
    body: dict[str, Any] = {
        "contents": [
            {"role": "user" if role == "user" else "model", "parts": [{"text": text} for text in texts]}
            for role, texts in turns_of(request.messages)
        ],
        **top,
        **top_asked,
        "generationConfig": {**limit, **config, **config_asked},
    }
    if system := system_of(request.messages):
        body["systemInstruction"] = {"parts": [{"text": system}]}
    return body


def _sorted(given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the fields of the request itself, and those of its generation config by Gemini's names."""
    top = {name: value for name, value in given.items() if name in _TOP - {"generationConfig"}}
    rest = {_NAMES.get(name, name): value for name, value in given.items() if name not in _TOP}
    return top, {**(given.get("generationConfig") or {}), **rest}
