"""The way to a server: which host to connect to, through which proxy, with or without TLS."""

from __future__ import annotations

import base64
import ipaddress
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from rlm_app.clients.trouble import Kind, Trouble


@dataclass(frozen=True)
class Route:
    """How to reach `url`: connect to `host` and `port`, then ask a proxy there for a `tunnel` if one is named.

    `prefix` is put before a request's path where the proxy wants the whole address; `headers` are for the proxy alone.
    """

    url: str
    host: str
    port: int
    tls_name: str | None
    authority: str
    tunnel: str | None = None
    prefix: str = ""
    headers: tuple[str, ...] = ()

    @property
    def is_by_proxy(self) -> bool:
        """Whether a proxy makes the connection to the server, and finds out where its name leads."""
        return bool(self.tunnel or self.prefix)


def route_to(url: str) -> Route:
    """Return the way to `url` through the system's proxies; raise `Trouble` for an address that cannot be reached by HTTP.

    What runs on this machine is reached directly: no proxy can reach our own loopback.
    """
    parts = _split(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise Trouble(Kind.UNREACHABLE, f"{url!r} is no address that begins with http:// or https://")
    secure = parts.scheme == "https"
    host, port = parts.hostname, _port(parts) or (443 if secure else 80)
    authority = parts.netloc.rpartition("@")[2]
    tls_name = host if secure else None
    proxy = _proxy_for(parts.scheme, host)
    if proxy is None:
        return Route(url, host, port, tls_name, authority)
    shown = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return Route(
        url,
        proxy.hostname or "",
        _port(proxy) or 80,
        tls_name,
        authority,
        tunnel=shown if secure else None,
        prefix="" if secure else f"http://{authority}",
        headers=_credentials(proxy),
    )


def _proxy_for(scheme: str, host: str) -> SplitResult | None:
    if _is_loopback(host) or proxy_bypass(host):
        return None
    proxies = getproxies()
    found = proxies.get(scheme) or proxies.get("all")
    if not found:
        return None
    proxy = _split(found if "://" in found else f"http://{found}")
    if proxy.scheme != "http":
        raise Trouble(
            Kind.UNREACHABLE, f"the proxy of this system speaks {proxy.scheme}, and only http:// proxies can be used"
        )
    return proxy


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError as error:
        raise Trouble(Kind.UNREACHABLE, str(error)) from None


def _port(parts: SplitResult) -> int | None:
    try:
        return parts.port
    except ValueError as error:
        raise Trouble(Kind.UNREACHABLE, str(error)) from None


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _credentials(proxy: SplitResult) -> tuple[str, ...]:
    if not proxy.username:
        return ()
    both = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
    return (f"proxy-authorization: Basic {base64.b64encode(both.encode()).decode()}",)
