"""Letters that arrive in halves: some servers cut a reply in the middle of one, and send each half as an escape of JSON."""

from __future__ import annotations

import dataclasses

from rlm_app.protocols import OnText
from rlm_app.types import Request


def whole_letters(text: str) -> str:
    """Return text with halves of letters put together; a half that is alone, which nothing can store, is replaced."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def sendable(request: Request) -> Request:
    """Return the request with whole letters alone: a prompt that code put together may hold halves, which no one can send."""
    if all(message.content.isascii() for message in request.messages):
        return request
    messages = tuple(
        message if message.content.isascii() else dataclasses.replace(message, content=whole_letters(message.content))
        for message in request.messages
    )
    return dataclasses.replace(request, messages=messages)


class Letters:
    """Hands pieces of a text on to `on_text` in whole letters: half of one waits for the piece that has the other."""

    def __init__(self, on_text: OnText) -> None:
        self._on_text = on_text
        self._half = ""

    def take(self, piece: str) -> None:
        """Take the next piece."""
        text, self._half = self._half + piece, ""
        if "\ud800" <= text[-1:] <= "\udbff":
            text, self._half = text[:-1], text[-1]
        if text:
            self._on_text(whole_letters(text))
