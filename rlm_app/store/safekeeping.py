"""Replies that are on disk and not in the data file yet: two files beside it that take turns.

A transaction of DuckDB costs milliseconds of CPU, an appended line a tenth of that. So a reply is handed over when its line is
on disk, and its row reaches the data file with the next batch. What a process that died left in these files is taken
into the data file when that is opened again. A line is a checksum and a row of `journal` with its texts, as JSON.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path

from rlm_app.store.batch import Job

_MARK = 8


class _File:
    """One of the two files, made when it is first written to; lines are written from its start in each of its turns."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle = -1
        self._end = 0
        self._written = 0
        self._synced = 0
        self._syncing = threading.Lock()

    def write(self, line: bytes) -> int:
        """Write a line behind the others; return what `sync` is to be told. Not for two threads at once."""
        if self._handle < 0:
            self._handle = _made(self.path)
        done = 0
        while done < len(line):
            done += os.pwrite(self._handle, line[done:], self._end + done)
        self._end += len(line)
        self._written += 1
        return self._written

    def sync(self, number: int) -> None:
        """Return when that line is on disk; of many threads at once, one works for all that came before it."""
        with self._syncing:
            if self._synced < number:
                reached = self._written
                os.fdatasync(self._handle)
                self._synced = reached

    def rewind(self) -> None:
        """Begin at the start again; all that was written is in the data file."""
        if self._end:
            self._end = 0
            with contextlib.suppress(OSError):  # lines that stay do no harm: the data file is known to have them
                os.ftruncate(self._handle, 0)

    def close(self, *, remove: bool) -> None:
        """Let go of the file; who waits for a line after this need not, or was told by the writer that all is lost."""
        with self._syncing:
            self._synced = self._written
            if self._handle >= 0:
                os.close(self._handle)
                self._handle = -1
                if remove:
                    self.path.unlink(missing_ok=True)


class Ticket:
    """Stands for a line that was written; `wait` returns when it is on disk."""

    def __init__(self, file: _File, number: int) -> None:
        self._file = file
        self._number = number

    def wait(self) -> None:
        """Return when the line is on disk; raise OSError when it cannot get there."""
        self._file.sync(self._number)


class Safekeeping:
    """Keeps rows of the journal until the data file has them. `write` and `turn` are for one thread at a time."""

    def __init__(self, data_file: Path) -> None:
        self._file, self._other = (_File(path) for path in _paths(data_file))

    def write(self, job: Job) -> Ticket:
        """Write the row of a job; raise OSError when the disk does not take it."""
        return Ticket(self._file, self._file.write(_line(job)))

    def turn(self) -> None:
        """Write to the other file from here on; all that was written to it before is in the data file by now."""
        self._file, self._other = self._other, self._file
        self._file.rewind()

    def close(self, *, remove: bool) -> None:
        """Let go of the files, and `remove` them when the data file has all they hold."""
        for file in (self._file, self._other):
            file.close(remove=remove)


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


def _line(job: Job) -> bytes:
    body = json.dumps([*job.row, dict(job.texts)], ensure_ascii=False, separators=(",", ":")).encode()
    return b"%08x%s\n" % (zlib.crc32(body), body)


def _jobs(data: bytes) -> Iterator[Job]:
    """Give the rows up to the first line that is not whole; what follows it was never vouched for."""
    for line in data.split(b"\n"):
        mark, body = line[:_MARK], line[_MARK:]
        if mark != b"%08x" % zlib.crc32(body):
            return
        *row, texts = json.loads(body)
        yield Job("journal", row, texts)
