"""The root model's prompt as it grows: strictly alternating, and never rewritten, so that a prompt cache keeps working."""

from __future__ import annotations

from rlm_app.engine.prompts import GO_ON
from rlm_app.types import Message


class History:
    """The messages of one RLM: a system message, then user and assistant in turn."""

    def __init__(self, system: str, first: str) -> None:
        self._messages = [Message("system", system), Message("user", first)]
        self._shown = 0

    @property
    def messages(self) -> tuple[Message, ...]:
        """The whole prompt as it would be sent now."""
        return tuple(self._messages)

    def take_new(self) -> tuple[Message, ...]:
        """Return the messages that were added since this was last called."""
        new = tuple(self._messages[self._shown :])
        self._shown = len(self._messages)
        return new

    def add_turn(self, reply: str, user: str) -> None:
        """Add the model's reply and the message that follows it; an empty reply is kept as "(empty)"."""
        self._messages += [Message("assistant", reply or "(empty)"), Message("user", user)]

    def adopt(self, recorded: tuple[Message, ...], *, restart: bool = False) -> None:
        """Take the messages that were really sent in place of those that would be sent now; of all on a restart."""
        if restart:
            self._shown = 0
        self._messages[self._shown :] = recorded

    def begin_with(self, system: str) -> bool:
        """Put another system message first; return whether it differs, so that the whole prompt is new to the model."""
        if self._messages[0].content == system:
            return False
        self._messages[0] = Message("system", system)
        self._shown = 0
        return True

    def restart(self, summary: str) -> None:
        """Begin the prompt anew: the first two messages, the model's own summary, and the message that waits to be sent."""
        waiting = self._messages[-1]
        self._messages[2:] = [Message("assistant", summary), Message("user", f"{GO_ON}\n\n{waiting.content}")]
        self._shown = 0

    def add_to_last(self, text: str) -> None:
        """Add to the last user message, which has not been sent yet."""
        last = self._messages[-1]
        self._messages[-1] = Message(last.role, f"{last.content}\n\n{text}")
