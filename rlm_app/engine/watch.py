"""Notices habits that cost money or spoil answers, so that a person sees them and the model is told once."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable

from rlm_app.engine.prompts import HABITS

_SMALL = 20_000
"""Characters below which a context may be handed on whole: it fits every model."""
_MOST = 0.8
"""The share of the context that counts as nearly all of it."""
_AGAIN = 3
"""How often the same code or prompt has to come by to count as a loop."""


class Watch:
    """Watches one RLM. `notify` takes a topic and a sentence, once per topic; `take` gives what the model is to be told."""

    def __init__(self, context_characters: int, notify: Callable[[str, str], object]) -> None:
        self._size = context_characters
        self._notify = notify
        self._lock = threading.Lock()
        self._noticed: set[str] = set()
        self._told: list[str] = []
        self._codes: Counter[str] = Counter()
        self._prompts: Counter[int] = Counter()
        self._failures: set[str] = set()

    def cell(self, code: str) -> None:
        """Look at code that is about to run."""
        with self._lock:
            self._codes[" ".join(code.split())] += 1
            again = max(self._codes.values()) >= _AGAIN
        if again:
            self._notice("same code again")

    def prompt(self, text: str) -> None:
        """Look at the prompt of a sub-call that is about to be sent."""
        with self._lock:
            self._prompts[hash(text)] += 1
            again = self._prompts[hash(text)] >= _AGAIN
            spoiled = any(failure in text for failure in self._failures)
        if again:
            self._notice("same question again")
        if spoiled:
            self._notice("error used as data")
        if self._size > _SMALL and len(text) >= _MOST * self._size:
            self._notice("whole context handed on")

    def failure(self, text: str) -> None:
        """Remember what a failed sub-call gave back, to see whether it is used as if it were an answer."""
        with self._lock:
            self._failures.add(text)

    def answer(self, text: str) -> None:
        """Look at an answer that was handed in."""
        with self._lock:
            spoiled = any(failure in text for failure in self._failures)
        if spoiled:
            self._notice("error used as data")

    def take(self) -> list[str]:
        """Return what was noticed since this was last asked, in the words the model is told."""
        with self._lock:
            told, self._told = self._told, []
        return told

    def _notice(self, topic: str) -> None:
        with self._lock:
            if topic in self._noticed:
                return
            self._noticed.add(topic)
            self._told.append(HABITS[topic])
        self._notify(topic, HABITS[topic])
