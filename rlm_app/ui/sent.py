"""What a model had been sent before a turn; a pure function."""

from __future__ import annotations

from collections.abc import Sequence

from rlm_app.engine.tree import Turn
from rlm_app.types import Message


def before(turn: Turn, earlier: Sequence[Turn]) -> list[Message]:
    """Return the messages that stood in the prompt of a turn beside its new ones; none after the prompt was summed up."""
    found: list[Message] = []
    if turn.reply.restart:
        return found
    for one in earlier:
        if one.reply.restart:
            found = []
        found += [*one.reply.messages, Message("assistant", one.reply.reply)]
    return found
