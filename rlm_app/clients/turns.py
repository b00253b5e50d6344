"""A prompt as providers want it that take the system prompt apart and roles in strict turn."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from rlm_app.types import Message

Turns = list[tuple[str, list[str]]]


def system_of(messages: Sequence[Message]) -> str:
    """Return the text of all system messages."""
    return "\n\n".join(message.content for message in messages if message.role == "system").strip()


def turns_of(messages: Sequence[Message]) -> Turns:
    """Return role and texts of each turn, the user's first and last; messages of one role in a row are one turn.

    No text is blank: providers refuse those.
    """
    said = [message for message in messages if message.role != "system"]
    turns: Turns = [
        (role, [message.content if message.content.strip() else "(empty)" for message in group])
        for role, group in groupby(said, key=lambda message: message.role)
    ]
    if not turns or turns[0][0] != "user":
        turns.insert(0, ("user", ["Begin."]))
    if turns[-1][0] != "user":
        turns.append(("user", ["Go on."]))
    return turns
