"""The program that reads files in a process of its own, one after the other: `python -m rlm_app.documents.reader`.

It says {"ready": true} and takes orders: a line of JSON on stdin, {"do": "read" | "pictures" | "page", "name", "password",
"size", …}, followed by the file's bytes, so that it need not be able to open any path of its parent's. It answers in JSON:
{"progress": [done, total]} any number of times, then {"document": …, "bytes": n} and n bytes of text, or {"refused": reason}.
Pictures are answered with {"picture": page, "bytes": n} and n bytes of PNG for each page, then {"done": true}; "page" with
{"page": {"width", "height", "boxes"}, "bytes": n} and n bytes of JPEG.
"""

from __future__ import annotations

import dataclasses
import json
import mimetypes
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from rlm_app.documents.library import read
from rlm_app.errors import DocumentError

MEMORY = 2 * 1024**3
_PROGRESS_EVERY = 0.1


def main() -> None:
    """Carry out orders until there are no more."""
    channel = _private_stdout()
    _cap_memory()
    mimetypes.knownfiles.clear()  # openpyxl has them opened, and a confined process may not
    _say(channel, {"ready": True})
    while line := sys.stdin.buffer.readline():
        order = json.loads(line)
        with _received(sys.stdin.buffer, order["size"]) as path:
            try:
                {"read": _read, "pictures": _pictures, "page": _page}[order["do"]](order, path, channel)
            except DocumentError as error:
                _say(channel, {"refused": error.reason})
            except MemoryError:
                _say(channel, {"refused": "needs more memory than one file may have; split it"})


def _read(order: dict[str, Any], path: Path, channel: BinaryIO) -> None:
    document = read(path, order["name"], order["password"], _Progress(channel))
    text = document.text.encode("utf-8", "replace")
    _say(channel, {"document": dataclasses.asdict(document.info), "bytes": len(text)}, text)


def _pictures(order: dict[str, Any], path: Path, channel: BinaryIO) -> None:
    from rlm_app.documents.pdf_pictures import pictures

    for page, picture in pictures(path, order["name"], order["password"], order["pages"], order["dpi"]):
        _say(channel, {"picture": page, "bytes": len(picture)}, picture)
    _say(channel, {"done": True})


def _page(order: dict[str, Any], path: Path, channel: BinaryIO) -> None:
    from rlm_app.documents.page_images import draw

    asked = (order["page"], order["text"], order["spans"], order["width"])
    drawn = draw(path, order["name"], order["password"], *asked)
    said = {"width": drawn.width, "height": drawn.height, "boxes": drawn.boxes}
    _say(channel, {"page": said, "bytes": len(drawn.jpeg)}, drawn.jpeg)


@contextmanager
def _received(stream: BinaryIO, size: int) -> Iterator[Path]:
    """Give the next `size` bytes of the stream as a file in the folder for temporary files."""
    handle, name = tempfile.mkstemp(prefix="rlm-file-")
    try:
        with os.fdopen(handle, "wb") as file:
            while size:
                piece = stream.read(min(size, 1 << 20))
                if not piece:
                    raise EOFError("the parent went away")
                size -= file.write(piece)
        yield Path(name)
    finally:
        os.unlink(name)


def _private_stdout() -> BinaryIO:
    """Return the pipe to the parent, and lead what libraries print and complain of nowhere."""
    channel = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    return channel


def _say(channel: BinaryIO, value: object, data: bytes = b"") -> None:
    channel.write(json.dumps(value).encode() + b"\n")
    channel.write(data)
    channel.flush()


class _Progress:
    """Passes on how far the loader is, ten times a second at most."""

    def __init__(self, channel: BinaryIO) -> None:
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
