"""What was new to the model in each logged prompt.

The reference keeps one list of messages for a completion and lets it grow, so that logs made from memory show every turn
with the last turn's prompt. Such a prompt is cut back to what stands before the turn's own reply.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rlm_app.engine.import_lines import Line
from rlm_app.engine.import_text import messages_of, text_of
from rlm_app.types import Message


@dataclass(frozen=True, slots=True)
class News:
    """The messages a turn added; all of its prompt with `restart`. `logged` is how many the file showed, if too many."""

    messages: tuple[Message, ...]
    restart: bool
    logged: int | None


def news(turns: Sequence[Line]) -> list[News]:
    """Return for each turn the messages that were not in the prompt before it."""
    found: list[News] = []
    before: tuple[Message, ...] = ()
    at = 0
    for turn in turns:
        prompt = messages_of(turn.get("prompt"))
        sent = _before_reply(prompt, at, text_of(turn.get("response")))
        grown = sent[: len(before)] == before
        logged = len(prompt) if len(sent) < len(prompt) else None
        found.append(News(sent[len(before) :] if grown else sent, not grown, logged))
        before, at = sent, len(sent) + 1
    return found


def _before_reply(prompt: tuple[Message, ...], at: int, reply: str) -> tuple[Message, ...]:
    """Return the messages before this turn's own reply, looking from `at`, where the reply to the turn before stands."""
    own = Message("assistant", reply)
    for index in range(at, len(prompt)):
        if prompt[index] == own:
            return prompt[:index]
    return prompt
