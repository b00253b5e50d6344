"""The worker of `floor_proc`: runs cells it is sent, asks its parent for model calls. Lines of JSON over one socket."""

from __future__ import annotations

import io
import json
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

IN, OUT = os.fdopen(os.dup(0), "r"), os.fdopen(os.dup(1), "w")
KEEP = 8_000


class Capped(io.TextIOBase):
    """Keeps the first characters of what is printed and counts the rest."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.size = 0

    def write(self, text: str) -> int:
        """Take a piece."""
        if self.size < KEEP:
            self.parts.append(text[: KEEP - self.size])
        self.size += len(text)
        return len(text)


def send(value: object) -> None:
    """Send a line to the parent."""
    OUT.write(json.dumps(value) + "\n")
    OUT.flush()


def call(name: str) -> Callable[[object], Any]:
    """Return a function that asks the parent."""

    def ask(argument: object) -> Any:
        send({"call": name, "argument": argument})
        return json.loads(IN.readline())

    return ask


def main(context_descriptor: int) -> None:
    """Serve cells until the parent goes away."""
    with os.fdopen(context_descriptor, "r", encoding="utf-8") as file:
        names: dict[str, Any] = {"context": file.read(), "answer": {"content": "", "ready": False}}
    for name in ("llm_query", "llm_query_batched", "rlm_query_batched"):
        names[name] = call(name)
    send({"ready": True})
    for line in IN:
        sys.stdout = printed = Capped()
        try:
            exec(json.loads(line), names)
        except BaseException as error:  # noqa: BLE001 - whatever a cell raises ends the cell
            print(f"{type(error).__name__}: {error}")
        held = names["answer"]
        send({"output": "".join(printed.parts), "answer": held["content"] if held["ready"] else None})


main(int(sys.argv[1]))
