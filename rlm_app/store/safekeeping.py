"""Replies that are on disk and not in the data file yet: two files beside it that take turns.

A transaction of DuckDB costs milliseconds of CPU, an appended line a hundredth of that. So a reply is handed over when its
line is written, and its row reaches the data file with the next batch. What a process that died left in these files is
taken into the data file when that is opened again. A line is a checksum and a row of `journal` with its texts, as JSON.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from rlm_app.store.batch import Job
from rlm_app.store.texts import compact

CROWD = 0.02
"""Seconds for which lines that come in crowds are gathered before they are synced, while nobody waits for them."""
_MARK = 8


class _File:
    """One of the two files, made when it is first written to; in each of its turns it is written from the start."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._end = 0
        self.handle = -1

    def write(self, line: bytes) -> None:
        """Write a line behind the others; one that was not taken whole is written over by the next."""
        if self.handle < 0:
            self.handle = _made(self._path)
        done = 0
        while done < len(line):
            done += os.pwrite(self.handle, line[done:], self._end + done)
        self._end += len(line)

    def rewind(self) -> None:
        """Begin at the start again; all that was written is in the data file."""
        if self._end:
            self._end = 0
            with contextlib.suppress(OSError):  # lines that stay do no harm: the data file is known to have them
                os.ftruncate(self.handle, 0)

    def close(self, *, remove: bool) -> None:
        if self.handle >= 0:
            os.close(self.handle)
            self.handle = -1
            if remove:
                self._path.unlink(missing_ok=True)


class Safekeeping:
    """Keeps rows of the journal until the data file has them.

    What was written outlives the process; a thread of its own sees to it that it outlives the machine, by `sync`.
    `write` and `turn` are for one thread at a time.
    """

    def __init__(self, data_file: Path, sync: Callable[[int], None] = os.fdatasync, crowd: float = CROWD) -> None:
        self._file, self._other = (_File(path) for path in _paths(data_file))
        self._sync = sync
        self._crowd = crowd
        self._changed = threading.Condition()
        self._unsynced: set[_File] = set()
        self._written = 0
        self._wanted = 0
        self._synced = 0
        self._crowded = False
        self._failed: OSError | None = None
        self._closing = False
        self._thread = threading.Thread(target=self._work, name="store-syncer", daemon=True)
        self._thread.start()

    def write(self, line: bytes) -> None:
        """Write a line as `line_of` makes them; raise OSError when the disk does not take it."""
        self._file.write(line)
        with self._changed:
            self._written += 1
            if not self._unsynced:
                self._changed.notify_all()
            self._unsynced.add(self._file)

    def settle(self) -> None:
        """Return when all that was written before this call is on disk; raise OSError when it cannot get there."""
        with self._changed:
            wanted = self._wanted = self._written
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._synced >= wanted or self._failed)
            if self._failed:
                raise self._failed

    def turn(self) -> None:
        """Write to the other file from here on; all that was written to it before is in the data file by now."""
        self._file, self._other = self._other, self._file
        self._file.rewind()

    def close(self, *, remove: bool) -> None:
        """Let go of the files, and `remove` them when the data file has all they hold."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join()
        for file in (self._file, self._other):
            file.close(remove=remove)

    def _work(self) -> None:
        while work := self._next():
            files, reached = work
            failed = self._sync_all(files)
            with self._changed:
                self._synced, self._failed = reached, self._failed or failed
                self._changed.notify_all()

    def _next(self) -> tuple[set[_File], int] | None:
        """Wait for lines; return the files they are in and how many were written so far, or None when all is done."""
        with self._changed:
            self._changed.wait_for(lambda: self._unsynced or self._closing)
            if self._crowded:  # each sync takes milliseconds, and whoever writes meanwhile waits for it
                self._changed.wait_for(lambda: self._wanted > self._synced or self._closing, self._crowd)
            self._crowded = self._written - self._synced > 1
            files, self._unsynced = self._unsynced, set()
            return (files, self._written) if files else None

    def _sync_all(self, files: set[_File]) -> OSError | None:
        try:
            for file in files:
                self._sync(file.handle)
        except OSError as error:
            return error
        return None


def line_of(job: Job) -> bytes:
    """Return a row of the journal as it is kept here."""
    body = compact([*job.row, dict(job.texts)]).encode()
    return b"%08x%s\n" % (zlib.crc32(body), body)


def left_behind(data_file: Path) -> list[Job]:
    """Return the rows that a process which died has left, some of which the data file may have."""
    return [job for path in _paths(data_file) if path.exists() for job in _jobs(path.read_bytes())]


def discard(data_file: Path) -> None:
    """Remove what a process has left, once the data file has it."""
    for path in _paths(data_file):
        path.unlink(missing_ok=True)


def _paths(data_file: Path) -> tuple[Path, Path]:
    return data_file.with_name(data_file.name + ".replies-1"), data_file.with_name(data_file.name + ".replies-2")


def _made(path: Path) -> int:
    """Make a file whose name survives a loss of power as its lines do; return its descriptor."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with contextlib.suppress(OSError):  # some file systems have no such call for folders
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    return handle


def _jobs(data: bytes) -> Iterator[Job]:
    """Give the rows up to the first line that is not whole; what follows it was never vouched for."""
    for line in data.split(b"\n"):
        mark, body = line[:_MARK], line[_MARK:]
        if mark != b"%08x" % zlib.crc32(body):
            return
        *row, texts = json.loads(body)
        yield Job("journal", row, texts)
