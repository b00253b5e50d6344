"""A provider that answers a fixed run by what it is asked, counts what it was asked, and pulls a trigger on time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass

from tests.servers.openai_server import OpenAIServer
from tests.servers.site import Asked, Say

ROOT_TURNS = (
    "parts = llm_query_batched([f'part {n} of {len(context)}' for n in range(8)])\nprint(len(parts), parts[3])",
    "one = rlm_query('alpha ' * 50)\nprint(one)",
    "many = rlm_query_batched([f'child {n}' for n in range(3)])\nprint(many)",
    "steps = [llm_query(f'step {n}') for n in range(3)]\nprint(steps)",
    "last = llm_query_batched(['same', 'same', 'same'])\nFINAL('|'.join([*parts, one, *many, *steps, *last]))",
)
CHILD_TURNS = (
    "notes = llm_query_batched([f'{context[:9]} note {n}' for n in range(2)])\nprint(notes)",
    "FINAL('+'.join(notes))",
)
CALLS = 35
"""What the run costs undisturbed: 5 turns, 8 + 3 + 3 sub-calls, and 4 children of 2 turns with 2 sub-calls each."""
_NUMBER = ContextVar("_NUMBER", default=0)
"""The number of the request that the task at work answers."""
WIDTH = 8
"""The most calls that are under way at once."""


@dataclass(frozen=True)
class Moment:
    """When to kill: at the request of that number (from 1), before its reply is sent or right after."""

    number: int
    after: bool

    def __str__(self) -> str:
        return f"{'after' if self.after else 'before'} reply {self.number}"


class KillSite(OpenAIServer):
    """Replies to the run of this module; `arm` says when `trigger` is pulled, once."""

    def __init__(self) -> None:
        super().__init__(reply)
        self._moment: Moment | None = None
        self._trigger: Callable[[], object] = list
        self._armed = threading.Lock()

    def __enter__(self) -> KillSite:
        super().__enter__()
        return self

    def arm(self, moment: Moment | None, trigger: Callable[[], object]) -> None:
        """Pull the trigger at this moment, counted from now on."""
        self.asked.clear()
        self._trigger, self._moment = trigger, moment

    def take(self, asked: Asked) -> Say:
        say = super().take(asked)
        _NUMBER.set(len(self.asked))
        return Say(cut_after=0) if self._pull(after=False) else say

    def count(self, **more: int) -> None:
        super().count(**more)
        if more.get("in_flight") == -1:
            self._pull(after=True)

    def _pull(self, *, after: bool) -> bool:
        with self._armed:
            moment = self._moment
            if moment is None or after is not moment.after or _NUMBER.get() < moment.number:
                return False
            self._moment = None
            self._trigger()
            return True


def reply(asked: Asked) -> Say:
    """Answer by content alone, so that a call made twice would be answered alike."""
    messages = asked.body["messages"]
    if messages[0]["role"] != "system":
        return Say(f"<{messages[-1]['content'].strip()}>")
    turn = sum(1 for message in messages if message["role"] == "assistant")
    turns = ROOT_TURNS if asked.body["model"] == "big" else CHILD_TURNS
    return Say(f"```repl\n{turns[turn]}\n```")
