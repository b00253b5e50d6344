"""What is not taken over from a file that somebody else may have written: addresses to which a key would be sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

_HERE = frozenset({"localhost", "127.0.0.1", "::1"})
_NAMING = ("url", "endpoint", "host", "address", "gateway", "proxy", "base")


def without_addresses(value: Any, dropped: list[str]) -> Any:
    """Return a JSON value without the addresses of other machines in it, which are added to `dropped`.

    A server's address decides who gets the key that a person enters; those of this machine stay.
    """
    if isinstance(value, Mapping):
        kept = {}
        for name, item in value.items():
            if _is_foreign(str(name), item):
                dropped.append(str(item)[:200])
            else:
                kept[name] = without_addresses(item, dropped)
        return kept
    if isinstance(value, (list, tuple)):
        return [without_addresses(item, dropped) for item in value]
    return value


def _is_foreign(name: str, value: Any) -> bool:
    if not isinstance(value, str) or not value:
        return False
    if "://" not in value and not any(word in name.lower() for word in _NAMING):
        return False
    try:
        host = urlsplit(value if "://" in value else f"//{value}").hostname
    except ValueError:
        return True
    return host not in _HERE
