"""Addresses of servers as people give them: judged before anything is stored or sent."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

from rlm_app.errors import ConfigError

_WITH_NAME = (
    "The address holds a name or a password, which would be stored and shown with each run; leave them out, and enter "
    "the key as a key."
)


def checked_address(given: str) -> str:
    """Return an address without spaces around it and slashes at its end; raise `ConfigError` when it cannot be one."""
    address = given.strip().rstrip("/")
    parts = _parts(address)
    if parts is not None and "@" in parts.netloc:
        raise ConfigError(_WITH_NAME)
    if parts is None or parts.scheme not in {"http", "https"} or not _names_a_place(parts):
        raise ConfigError(f'"{address[:100]}" is no address of a server; one looks like http://localhost:8000/v1.')
    return address


def host_of(address: str) -> str:
    """Return the host that an address names, "" where it names none."""
    parts = _parts(address)
    return (parts.hostname or "") if parts else ""


def _parts(address: str) -> SplitResult | None:
    try:
        return urlsplit(address)
    except ValueError:
        return None


def _names_a_place(parts: SplitResult) -> bool:
    host = parts.hostname or ""
    try:
        host.encode("idna")
        return bool(host) and not any(letter.isspace() for letter in parts.netloc) and parts.port != 0
    except ValueError:  # of a port that is no number, or a name that no host can have
        return False
