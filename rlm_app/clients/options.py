"""What clients of hosted providers check of their arguments before anything is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rlm_app.errors import ConfigError


def known_options(client: str, options: Mapping[str, Any], known: Sequence[str]) -> Mapping[str, Any]:
    """Return the options; raise `ConfigError` for a name that the client does not know."""
    unknown = [name for name in options if name not in known]
    if unknown:
        raise ConfigError(f"The client {client} has no option called {', '.join(unknown)}. Known: {', '.join(known)}.")
    return options


def checked_key(key: str | None) -> str:
    """Return the key without the spaces of a careless paste; raise `ConfigError` when it cannot be one."""
    clean = (key or "").strip()
    if not clean.isascii() or not clean.isprintable() or " " in clean:
        raise ConfigError("The key holds characters that no key has; copy it again and enter it in Settings.")
    return clean
