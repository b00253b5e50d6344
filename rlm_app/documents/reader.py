"""The program that reads files in a process of its own, one after the other: `python -m rlm_app.documents.reader`.

It says {"ready": true} and takes orders: a line of JSON on stdin, {"do": "read" | "pictures" | "page", "name", "password",
"size", …}, followed by the file's bytes, so that it need not be able to open any path of its parent's. It answers in JSON:
{"progress": [done, total]} any number of times, then {"document": …, "bytes": n} and n bytes of text, or {"refused": reason}.
Pictures are answered with {"picture": page, "bytes": n} and n bytes of PNG for each page, then {"done": true}; "page" with
{"page": {"width", "height", "boxes"}, "bytes": n} and n bytes of JPEG. The file of a "page" stays; with "held" the next such
order is about the same one, and no bytes follow.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import mimetypes
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from rlm_app.documents.library import read
from rlm_app.errors import DocumentError

if TYPE_CHECKING:
    from rlm_app.documents.page_images import Drawing

MEMORY = 2 * 1024**3
_PROGRESS_EVERY = 0.1


def main() -> None:
    """Carry out orders until there are no more."""
    channel = _private_stdout()
    _cap_memory()
    mimetypes.knownfiles.clear()  # openpyxl has them opened, and a confined process may not
    _say(channel, {"ready": True})
    with _Desk() as desk:
        while line := sys.stdin.buffer.readline():
            order = json.loads(line)
            if order["do"] == "page":
                desk.take(order)
                _answer(channel, functools.partial(desk.page, order, channel))
                continue
            with _received(sys.stdin.buffer, order["size"]) as path:
                carry_out = {"read": _read, "pictures": _pictures}[order["do"]]
                _answer(channel, functools.partial(carry_out, order, path, channel))


def _answer(channel: BinaryIO, carry_out: Callable[[], None]) -> None:
    try:
        carry_out()
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


class _Desk:
    """Draws pages of the file that was sent last, which stays open for the next page; a context manager."""

    def __init__(self) -> None:
        self._file = ExitStack()
        self._drawing: Drawing | None = None

    def __enter__(self) -> _Desk:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def take(self, order: dict[str, Any]) -> None:
        """Receive the file of an order that brings one, in place of the one before."""
        if order["held"]:
            return
        from rlm_app.documents.page_images import Drawing

        self._file.close()
        path = self._file.enter_context(_received(sys.stdin.buffer, order["size"]))
        self._drawing = Drawing(path)
        self._file.callback(self._drawing.close)

    def page(self, order: dict[str, Any], channel: BinaryIO) -> None:
        """Draw a page and hand it over."""
        if self._drawing is None:
            raise DocumentError(order["name"], "was not sent; open its page once more")
        asked = (order["page"], order["text"], order["spans"], order["width"])
        drawn = self._drawing.page(order["name"], order["password"], *asked)
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
