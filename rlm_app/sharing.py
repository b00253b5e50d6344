"""Sharing a run by link: making links, opening what they show, taking them back."""

from __future__ import annotations

import threading
import time
import uuid
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from rlm_app import owners
from rlm_app.errors import ConfigError
from rlm_app.records import RunRecord
from rlm_app.shares import LONGEST, Link, LinkStore, digest_of

MOST_BYTES = 20_000_000
MOST_LINKS = 50
_MOST_ADDRESSES = 10_000
_SLACK = 60.0
"""Seconds that may pass between choosing an end and making the link."""


class Guesses:
    """Counts wrong tokens by where they come from: after `most` within a minute no more of them are looked up."""

    def __init__(self, most: int = 60, seconds: float = 60.0, now: Callable[[], float] = time.monotonic) -> None:
        self._most, self._seconds, self._now = most, seconds, now
        self._wrong: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def note(self, where: str) -> None:
        """Count a wrong token; who was counted longest ago is forgotten when there are too many to keep."""
        with self._lock:
            times = self._wrong.pop(where, None) or deque(maxlen=self._most)
            times.append(self._now())
            self._wrong[where] = times
            if len(self._wrong) > _MOST_ADDRESSES:
                del self._wrong[next(iter(self._wrong))]

    def too_many(self, where: str) -> bool:
        """Whether so many wrong tokens came from there that the next is not looked up."""
        with self._lock:
            times = self._wrong.get(where)
            return times is not None and len(times) >= self._most and self._now() - times[0] < self._seconds


class Sharing:
    """The links of all owners.

    `run` finds a run that an owner may see, `left` says how many bytes an owner may still keep (None: any number), `keeping`
    lets one at a time be kept, `now` gives seconds since 1970 (UTC).
    """

    def __init__(
        self,
        store: LinkStore,
        run: Callable[[str, str], RunRecord | None],
        left: Callable[[str], int | None],
        now: Callable[[], float] = time.time,
        keeping: Callable[[str], AbstractContextManager[object]] = nullcontext,
    ) -> None:
        self._store, self._run, self._left, self._now, self._keeping = store, run, left, now, keeping
        self._guesses = Guesses()
        self._known: set[str] = set()

    def make(self, run_id: str, owner: str, copy: bytes, expires: float) -> tuple[str, Link]:
        """Keep a copy of a run and return the token that opens it, which is told this once; raise `ConfigError`."""
        now, record = self._now(), self._run(run_id, owner)
        if record is None:
            raise ConfigError("This run does not exist any more, so there is nothing to share.")
        if not now < expires <= now + LONGEST + _SLACK:
            raise ConfigError("A link ends: choose a time from now on and within a year.")
        link = Link(uuid.uuid4().hex, owner, run_id, record.name, now, expires, size=len(copy))
        token = owners.new_token()
        with self._keeping(owner):
            self._check_room(owner, len(copy))
            if not self._store.add(link, digest_of(token), copy, now):
                raise ConfigError("This run was deleted meanwhile, so there is nothing to share.")
        return token, link

    def _check_room(self, owner: str, size: int) -> None:
        left = self._left(owner)
        if size > MOST_BYTES:
            raise ConfigError(
                f"What is to be seen takes {size / 1e6:.0f} MB, and a link shows at most {MOST_BYTES / 1e6:.0f} MB. "
                "Leave out prompts, the whole text or pictures, or save it as a file."
            )
        if left is not None and size > left:
            raise ConfigError(
                f"The link needs {size / 1e6:.1f} MB, and {left / 1e6:.1f} MB are left of what you may keep here. Revoke "
                "links, or delete runs or documents that you no longer need."
            )
        if len(self.links(owner)) >= MOST_LINKS:
            raise ConfigError(f"You have {MOST_LINKS} open links, which is as many as there can be. Revoke one first.")

    def links(self, owner: str, run_id: str = "") -> list[Link]:
        """Return the owner's links that are open, newest first; those of one run if it is named."""
        now = self._now()
        return [link for link in self._store.links(owner, run_id) if link.is_open(now)]

    def about(self, sha256: str, owner: str) -> list[Link]:
        """Return the owner's open links to runs about a document; they are taken back with it."""
        runs = {link.run_id: self._run(link.run_id, owner) for link in self.links(owner)}
        named = {run_id for run_id, record in runs.items() if record and sha256 in record.spec.documents}
        return [link for link in self.links(owner) if link.run_id in named]

    def revoke(self, link_id: str, owner: str) -> None:
        """Take a link of this owner back: it opens nothing from now on, and its copy is removed."""
        self._store.revoke(link_id, owner)

    def find(self, token: str, where: str = "") -> Link | None:
        """Return the link a token opens, None for one that is wrong, ran out or was taken back: nobody can tell which.

        `where` is the address the token came from; wrong ones are counted by it. Where it is "", nobody knows who comes, and
        one person's wrong tokens must not close the links of all others.
        """
        digest = digest_of(token)
        if not digest or (where and digest not in self._known and self._guesses.too_many(where)):
            return None
        found = self._store.link(digest, self._now())
        if found is None:
            self._known.discard(digest)
            if where:
                self._guesses.note(where)
        else:
            self._known.add(digest)
        return found

    def open(self, token: str, where: str = "") -> bytes | None:
        """Return what a token's link shows and count that it was opened; None as `find`."""
        if self.find(token, where) is None:
            return None
        digest, now = digest_of(token), self._now()
        copy = self._store.copy(digest, now)
        if copy is not None:
            self._store.note_opened(digest, now)
        return copy
