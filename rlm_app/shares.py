"""Links by which a run is shown to whoever has them: what is known of one, and where they are kept."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Protocol

from rlm_app import owners

DAY = 86_400.0
LONGEST = 366 * DAY
"""Seconds a link may be open at most; one that never ends is forgotten, and stays."""


@dataclass(frozen=True, slots=True)
class Link:
    """One link of an owner's to a run; times in seconds since 1970 (UTC), `size` in bytes. The token is kept nowhere."""

    id: str
    owner: str
    run_id: str
    title: str
    created: float
    expires: float
    opened: int = 0
    last_opened: float | None = None
    size: int = 0

    def is_open(self, now: float) -> bool:
        """Whether it still opens at that time."""
        return now < self.expires


class LinkStore(Protocol):
    """Keeps links with the copies they show. Writes go by owner; the one read without an owner goes by a token's hash."""

    def add(self, link: Link, digest: str, copy: bytes, now: float) -> bool:
        """Keep a link, and forget those that have run out; False, and nothing kept, where its run is not there any more."""

    def links(self, owner: str, run_id: str = "") -> list[Link]:
        """Return the owner's links, newest first; those of one run if it is named."""

    def revoke(self, link_id: str, owner: str) -> None:
        """Remove a link of this owner with its copy, for good."""

    def link(self, digest: str, now: float) -> Link | None:
        """Return the link whose token has this hash, None where there is none that is open."""

    def copy(self, digest: str, now: float) -> bytes | None:
        """Return what that link shows, None where there is none that is open."""

    def note_opened(self, digest: str, now: float) -> None:
        """Count that somebody opened the link."""


def digest_of(token: str) -> str:
    """Return what is kept of a token: its SHA-256, "" for what cannot be one."""
    return hashlib.sha256(token.encode()).hexdigest() if owners.is_token(token) else ""
