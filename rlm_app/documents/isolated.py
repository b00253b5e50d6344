"""Reading a file in a process of its own, so that a hostile file costs its own upload and nothing else."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, NoReturn

from rlm_app.cancel import CancelToken
from rlm_app.documents.isolated_documents import document_of
from rlm_app.documents.isolated_limits import Limits
from rlm_app.documents.isolated_talk import Taker, complaint, is_ready, listen, send
from rlm_app.documents.loading import OnProgress, no_progress
from rlm_app.documents.page_images import WIDTH, Drawn, Span, received
from rlm_app.errors import Cancelled, DocumentError
from rlm_app.types import Document

_ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(__file__).with_name("reader.py")
# The child sees no other variable of this process: keys are none of a parser's business.
_PASSED_ON = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "VIRTUAL_ENV")


Place = tuple[str, int, int]
"""A file's path, size and time of its last change."""


@dataclass(frozen=True, slots=True)
class Launch:
    """How the reading process is started: its command line and what its environment holds beside the scratch folder."""

    command: Sequence[str]
    environment: Mapping[str, str]


def plain() -> Launch:
    """Return how it is started where nothing confines it but caps on its memory and its time."""
    passed = {key: os.environ[key] for key in _PASSED_ON if key in os.environ}
    return Launch((sys.executable, "-P", "-m", "rlm_app.documents.reader"), {**passed, "PYTHONPATH": str(_ROOT)})


def read_isolated(
    path: Path,
    name: str,
    password: str | None = None,
    *,
    seconds: float | None = None,
    on_progress: OnProgress | None = None,
    cancel: CancelToken | None = None,
    launch: Launch | None = None,
) -> Document:
    """Read as `read` does, in a child process with 2 GiB of memory (where the system can hold it) and `seconds` of time.

    Raises `DocumentError`, also when the child runs out of time or memory or dies, and `Cancelled` when `cancel` is set.
    """
    with ReadingProcess(launch) as process:
        return process.read(path, name, password, seconds=seconds, on_progress=on_progress, cancel=cancel)


class ReadingProcess:
    """A child process that reads one file after the other; one that died is replaced for the next file.

    For one thread at a time.
    """

    def __init__(self, launch: Launch | None = None) -> None:
        self._launch = launch or plain()
        self._child: subprocess.Popen[bytes] | None = None
        self._scratch = ""
        self._held: Place | None = None

    def __enter__(self) -> ReadingProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """The id of the process that is there now."""
        return self._child.pid if self._child else None

    def read(
        self,
        path: Path,
        name: str,
        password: str | None = None,
        *,
        seconds: float | None = None,
        on_progress: OnProgress | None = None,
        cancel: CancelToken | None = None,
    ) -> Document:
        """Read a file as `read_isolated` does."""
        order = {"do": "read", "name": name, "password": password}
        found: list[Document] = []

        def take(said: dict[str, Any], data: bytes, digest: str, size: int) -> None:
            found.append(document_of(said["document"], data, name, digest, size))

        limits = Limits(name, _size(path, name), seconds, cancel)
        self._carry_out(order, path, limits, {"document": take}, on_progress or no_progress)
        return found[0]

    def pictures(
        self,
        path: Path,
        name: str,
        pages: Sequence[int],
        password: str | None = None,
        *,
        dpi: int = 150,
        seconds: float | None = None,
        cancel: CancelToken | None = None,
        take: Callable[[int, bytes], None],
    ) -> None:
        """Hand each of the pages of a PDF, counted from 1, as grey PNG to `take`; pages that cannot be drawn are left out.

        Raises what `read` raises.
        """
        order = {"do": "pictures", "name": name, "password": password, "pages": list(pages), "dpi": dpi}

        def taken(said: dict[str, Any], data: bytes, digest: str, size: int) -> None:
            take(int(said["picture"]), data)

        limits = Limits(name, _size(path, name), seconds, cancel)
        self._carry_out(order, path, limits, {"picture": taken, "done": _nothing}, no_progress)

    def page(
        self,
        path: Path,
        name: str,
        number: int,
        text: str = "",
        spans: Sequence[Span] = (),
        password: str | None = None,
        *,
        width: int = WIDTH,
        seconds: float | None = None,
    ) -> Drawn:
        """Draw a page of a PDF as `page_images.draw` does; the file of the page before is not sent again.

        Raises what `read` raises.
        """
        place = _place(path, name)
        order = {"do": "page", "name": name, "password": password, "page": number, "width": width}
        given = {"held": place == self._held, "text": text, "spans": list(spans)}
        found: list[Drawn] = []

        def take(said: dict[str, Any], data: bytes, digest: str, size: int) -> None:
            found.append(received(said["page"], data, name))

        limits = Limits(name, place[1], seconds, None)
        self._held = place  # forgotten again where the process ends meanwhile
        self._carry_out({**order, **given}, path, limits, {"page": take}, no_progress)
        return found[0]

    def close(self) -> None:
        """End the process and remove what it left."""
        child, self._child, self._held = self._child, None, None
        if child is not None:
            child.kill()
            child.wait()
            for pipe in (child.stdin, child.stdout, child.stderr):
                _close(pipe)
        if self._scratch:
            shutil.rmtree(self._scratch, ignore_errors=True)
            self._scratch = ""

    def _carry_out(
        self,
        order: dict[str, Any],
        path: Path,
        limits: Limits,
        takers: Mapping[str, Taker],
        on_progress: OnProgress,
    ) -> None:
        size = 0 if order.get("held") else _size(path, limits.name)
        fresh = self._child is None
        child = self._child = self._child or self._start()
        with limits.watching(child):
            if fresh and not is_ready(child):
                self._not_started(limits)
            digest = send(child, {**order, "size": size}, path)
            refused = listen(child, takers, on_progress, digest, size) if digest else None
        if refused is None or limits.late or limits.cancel.cancelled:
            self.close()
        if refused == "":
            return
        if limits.cancel.cancelled:
            raise Cancelled(f"reading {limits.name} was stopped")
        raise DocumentError(limits.name, refused or limits.reason())

    def _not_started(self, limits: Limits) -> NoReturn:
        """Say why the process ended before it could read anything; that is no fault of the file."""
        said = complaint(self._child)
        self.close()
        if limits.cancel.cancelled:
            raise Cancelled(f"reading {limits.name} was stopped")
        if limits.late:
            raise DocumentError(limits.name, limits.reason())
        raise DocumentError(
            limits.name, f"was not read: the reading process did not start ({said}); tell who runs this app"
        )

    def _start(self) -> subprocess.Popen[bytes]:
        self._scratch = tempfile.mkdtemp(prefix=f"rlm-scratch-{os.getpid()}-")  # swept at the next start where we die
        return subprocess.Popen(
            list(self._launch.command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=self._scratch,
            env={**self._launch.environment, "HOME": self._scratch, "TMPDIR": self._scratch, "TEMP": self._scratch},
        )


def _nothing(said: dict[str, Any], data: bytes, digest: str, size: int) -> None:
    return


def _size(path: Path, name: str) -> int:
    if path.is_dir():
        raise DocumentError(name, "is a folder; give the files in it")
    try:
        return path.stat().st_size
    except OSError as error:
        raise DocumentError(name, f"cannot be opened ({error.strerror or error})") from error


def _place(path: Path, name: str) -> Place:
    """Return what tells a file from another, or from what it was before."""
    return str(path), _size(path, name), path.stat().st_mtime_ns


def _close(pipe: IO[bytes] | None) -> None:
    if pipe is not None:
        try:
            pipe.close()
        except BrokenPipeError:
            return
