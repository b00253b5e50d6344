"""The program that reads one file in a process of its own: `python -m rlm_app.documents.reader`.

It takes one line of JSON on stdin ({"path", "name", "password"}) and writes lines of JSON on stdout: {"progress":
[done, total]} any number of times, then {"document": …} or {"refused": reason}.
"""

from __future__ import annotations

import dataclasses
import json
import os
import sys
import time
from pathlib import Path
from typing import TextIO

from rlm_app.documents.library import read
from rlm_app.errors import DocumentError

MEMORY = 2 * 1024**3
_PROGRESS_EVERY = 0.1


def main() -> None:
    """Read the file that stdin names and say what came of it."""
    channel = _private_stdout()
    order = json.loads(sys.stdin.readline())
    _cap_memory()
    try:
        document = read(Path(order["path"]), order["name"], order["password"], _Progress(channel))
        _say(channel, {"document": {"info": dataclasses.asdict(document.info), "text": document.text}})
    except DocumentError as error:
        _say(channel, {"refused": error.reason})


def _private_stdout() -> TextIO:
    """Return the pipe to the parent, and lead what libraries print elsewhere."""
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
    os.dup2(2, 1)
    return channel


def _say(channel: TextIO, value: object) -> None:
    channel.write(json.dumps(value) + "\n")
    channel.flush()


class _Progress:
    """Passes on how far the loader is, ten times a second at most."""

    def __init__(self, channel: TextIO) -> None:
        self._channel = channel
        self._next = 0.0

    def __call__(self, done: int, total: int) -> None:
        if done == total or time.monotonic() >= self._next:
            self._next = time.monotonic() + _PROGRESS_EVERY
            _say(self._channel, {"progress": [done, total]})


def _cap_memory() -> None:
    if sys.platform == "win32":  # no such limits there; the time limit still holds
        return
    import resource

    for what in (resource.RLIMIT_AS, resource.RLIMIT_DATA):
        try:
            resource.setrlimit(what, (MEMORY, MEMORY))
        except (ValueError, OSError):  # macOS knows the names and refuses the limits
            continue
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
