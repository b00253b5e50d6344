"""A call's identity, and a journal that lives in memory."""

from __future__ import annotations

import hashlib
import json
import threading
from collections import Counter

from rlm_app.types import Completion, Request

_IDENTITY = json.JSONEncoder(sort_keys=True, ensure_ascii=True, separators=(",", ":"))


def call_key(role: str, model: str, request: Request) -> str:
    """Return the SHA-256 that names a call by its content: role, model, parameters and the whole prompt."""
    identity = [
        role,
        model,
        request.max_output_tokens,
        dict(request.params),
        [[message.role, message.content] for message in request.messages],
    ]
    return hashlib.sha256(_IDENTITY.encode(identity).encode("ascii")).hexdigest()


class Occurrences:
    """Numbers equal calls of one run from 0, in the order they reach the gate."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: Counter[str] = Counter()

    def next(self, key: str) -> int:
        """Return how often `key` has come by before."""
        with self._lock:
            self._seen[key] += 1
            return self._seen[key] - 1


class MemoryJournal:
    """A journal that is forgotten with the process; for runs that nobody keeps."""

    def __init__(self) -> None:
        self._replies: dict[tuple[str, int], Completion] = {}

    def reply(self, key: str, occurrence: int) -> Completion | None:
        """Return the recorded reply of this call, or None."""
        return self._replies.get((key, occurrence))

    def started(self, key: str, occurrence: int, call_id: str) -> None:
        """Nothing outlives the process, so nothing is noted."""

    def finished(self, key: str, occurrence: int, completion: Completion) -> None:
        """Record the reply."""
        self._replies[key, occurrence] = completion

    def settle(self) -> None:
        """Nothing outlives the process, so nothing is waited for."""

    def failed(self, key: str, occurrence: int, reason: str) -> None:
        """A failed call is never reused, so nothing is kept."""

    def counts(self) -> tuple[int, int]:
        """Return how many calls have a reply on record; what was sent and failed is not known here."""
        return len(self._replies), len(self._replies)
