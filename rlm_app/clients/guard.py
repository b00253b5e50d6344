"""Which places may be connected to where strangers name addresses: public ones, and those that the app's host allowed."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from rlm_app.errors import ConfigError

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_SERVICES = frozenset({"168.63.129.16", "192.0.0.192"})
"""Metadata services of clouds (Azure's, Oracle's) that stand at addresses which would else count as public."""

_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
"""Addresses behind which a network of IPv6 alone reaches IPv4 ones (RFC 6052); their last 32 bits say which."""


@dataclass(frozen=True)
class Guard:
    """Says whether a place may be connected to; `allowed` holds hosts, `host:port`s and networks, as the host wrote them."""

    allowed: tuple[str, ...] = ()

    def names(self, url: str) -> bool:
        """Whether the app's host allowed the place of an address by its name, wherever that leads."""
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        return any(entry in {host, f"[{host}]", f"{host}:{port}", f"[{host}]:{port}"} for entry in self.allowed)

    def permits(self, found: str) -> bool:
        """Whether `found`, the address to which a name leads at this moment, may be connected to."""
        address = _parsed(found)
        return address is not None and (is_public(address) or any(_holds(entry, address) for entry in self.allowed))

    def check(self, url: str) -> None:
        """Raise `ConfigError` for an address that needs no look-up to be known as one of this app's own network."""
        host = urlsplit(url).hostname or ""
        inside = _is_here(host) or (_parsed(host) is not None and not self.permits(host))
        if inside and not self.names(url):
            raise ConfigError(refusal(host))


def guard_of(allowed: str) -> Guard:
    """Return the guard for what the app's host allowed, with commas between."""
    return Guard(tuple(entry.strip().lower() for entry in allowed.split(",") if entry.strip()))


def refusal(host: str) -> str:
    """Return the sentence for a place that may not be connected to; it does not tell where a name leads."""
    return (
        f"{host} leads into this app's own network, which a shared app does not reach for its visitors. Give a public "
        "address; whoever runs the app can allow this one with RLM_APP_ALLOW_ADDRESSES."
    )


def is_public(address: _Address) -> bool:
    """Whether an address is of the internet at large: not of this machine, a private network, a link or a cloud's inside."""
    inner = _within(address)
    return str(inner) not in _SERVICES and inner.is_global and not inner.is_multicast


def _within(address: _Address) -> _Address:
    """Return the IPv4 address that an IPv6 one stands for, else the address itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _TRANSLATED:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _parsed(text: str) -> _Address | None:
    try:
        return ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None


def _is_here(host: str) -> bool:
    name = host.rstrip(".").lower()
    return name == "localhost" or name.endswith(".localhost")


def _holds(entry: str, address: _Address) -> bool:
    try:
        return address in ipaddress.ip_network(entry, strict=False)
    except ValueError:  # an entry that is a name
        return False
