"""Servers that speak OpenAI's protocol, by the name people know them by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Preset:
    """Where a server usually answers, whether it asks for a key, and further fields that each request to it has."""

    base_url: str
    needs_key: bool
    extra: Mapping[str, Any] = field(default_factory=dict)


PRESETS = {
    "openai": Preset("https://api.openai.com/v1", True),
    "openrouter": Preset("https://openrouter.ai/api/v1", True, {"usage": {"include": True}}),
    "ollama": Preset("http://localhost:11434/v1", False),
    "lmstudio": Preset("http://localhost:1234/v1", False),
    "vllm": Preset("http://localhost:8000/v1", False),
    "llamacpp": Preset("http://localhost:8080/v1", False),
}


def resolve(base_url: str | None) -> Preset:
    """Return the preset of that name or address; an address that is nobody's needs no key; None is OpenAI itself."""
    named = PRESETS.get(base_url or "openai")
    if named is not None:
        return named
    address = (base_url or "").strip().rstrip("/")
    known = (preset for preset in PRESETS.values() if preset.base_url == address)
    return next(known, Preset(address, False))
