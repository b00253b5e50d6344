"""Whose something is: ids that say nothing about a person, the tokens of visitors without a name, and who is let in."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import json
import re
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

LOCAL = "local"
"""The owner of everything where one person uses the app on a machine of their own."""

_TOKEN = re.compile(r"[0-9a-f]{48}")
_OWNER = re.compile(r"local|(person|visitor)-[0-9a-f]{40}")
_PURPOSE = b"rlm_app visitor 1\0"


def person(issuer: str, subject: str) -> str:
    """Return the owner id of somebody who signed in, from what their provider calls itself and them."""
    return "person-" + _digest(json.dumps(["person", issuer, subject]))


def visitor(token: str) -> str:
    """Return the owner id of a browser by its token; raise ValueError for what is no token."""
    if not is_token(token):
        raise ValueError("a visitor's token is 48 hexadecimal digits")
    return "visitor-" + _digest(json.dumps(["visitor", token]))


def is_owner(name: str) -> bool:
    """Whether somebody can be called so: this machine's person, one who signed in, or a visitor."""
    return _OWNER.fullmatch(name) is not None


def new_token() -> str:
    """Return a token that nobody can guess: 192 random bits."""
    return secrets.token_hex(24)


def is_token(text: object) -> bool:
    """Whether something that came from a browser has the form of a token."""
    return isinstance(text, str) and _TOKEN.fullmatch(text) is not None


def signed(token: str, secret: bytes) -> str:
    """Return a token with the mark that this app gave it out."""
    return f"{token}.{_mark(token, secret)}"


def token_of(text: object, secret: bytes) -> str:
    """Return the token in a signed text, "" where it is not one that this app gave out."""
    token, _, mark = text.partition(".") if isinstance(text, str) else ("", "", "")
    return token if is_token(token) and hmac.compare_digest(mark.encode(), _mark(token, secret).encode()) else ""


def is_let_in(claims: Mapping[str, Any], people: Sequence[str]) -> bool:
    """Whether somebody who signed in is on the host's list: by subject id, or by a mail address their provider has checked."""
    if not people:
        return True
    subject = claims.get("sub")
    if subject and str(subject) in [each for each in people if "@" not in each]:
        return True
    wanted = {each.casefold() for each in people}
    # A provider that does not vouch for the address would let people claim anybody's.
    mail = str(claims.get("email", "")).casefold() if claims.get("email_verified") is True else ""
    name, _, domain = mail.rpartition("@")
    return bool(name and domain) and (mail in wanted or f"@{domain}" in wanted)


def is_from_here(peer: str | None, host: str | None, origin: str | None) -> bool:
    """Whether a request is of this machine's own browser, by its peer, its Host header and the page it was sent from.

    The names count too: a page elsewhere can give its own name this machine's address, and a proxy on this machine sends on
    what others ask. None stands for what a request does not say; a socket that is a file has no peer.
    """
    names = (host, origin.partition("://")[2] if origin is not None else None)
    return (peer is None or is_loopback(peer)) and all(name is None or is_this_machine(name) for name in names)


def is_this_machine(host: str) -> bool:
    """Whether a Host header names the machine itself: localhost or a loopback address, with or without a port."""
    name = host.strip().lower()
    name = name[1:].partition("]")[0] if name.startswith("[") else name.partition(":")[0]
    return name == "localhost" or name.endswith(".localhost") or is_loopback(name)


def is_loopback(address: str) -> bool:
    """Whether an IP address is one by which a machine reaches itself."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return (mapped or found).is_loopback


def is_public(address: str) -> bool:
    """Whether an IP address is one of the internet at large, by which somebody elsewhere can be told from others."""
    try:
        return ipaddress.ip_address(address).is_global
    except ValueError:
        return False


def _mark(token: str, secret: bytes) -> str:
    return hmac.new(secret, _PURPOSE + token.encode(), hashlib.sha256).hexdigest()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:40]
