"""The files that documents were read from, as they came: for pictures of their pages and for reading them again."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import threading
from pathlib import Path

from rlm_app.errors import StoreError

_NAME = re.compile(r"[0-9a-f]{64}")
_FILE, _COMING = "file", "coming"


class Originals:
    """A folder with one copy of each file, by the SHA-256 of its bytes, and beside it who has it; None keeps nothing.

    A file goes with the last owner that has it. Safe to use from many threads of one process.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._lock = threading.Lock()

    def keep(self, path: Path, sha256: str, owner: str) -> None:
        """Keep a copy of the file for this owner; raise `StoreError` when there is no room for it."""
        place = self._place(sha256)
        if place is None:
            return
        try:
            with self._lock:
                place.mkdir(mode=0o700, parents=True, exist_ok=True)
                if not (place / _FILE).exists():
                    shutil.copyfile(path, place / _COMING)
                    os.replace(place / _COMING, place / _FILE)
                (place / _owned(owner)).touch()
        except OSError as error:
            self._give_back(place)
            raise StoreError(
                f"The file could not be kept in {place.parent} ({error.strerror or error}). Free some disk space, then add "
                "it again."
            ) from error

    def find(self, sha256: str, owner: str) -> Path | None:
        """Return the file, or None if this owner has none of that name."""
        place = self._place(sha256)
        if place is None or not (place / _owned(owner)).exists():
            return None
        return place / _FILE

    def remove(self, sha256: str, owner: str) -> None:
        """Take the file from this owner; the last one takes its bytes along."""
        place = self._place(sha256)
        if place is None:
            return
        with self._lock:
            (place / _owned(owner)).unlink(missing_ok=True)
            if place.is_dir() and not any(each.name not in {_FILE, _COMING} for each in place.iterdir()):
                shutil.rmtree(place, ignore_errors=True)

    def _give_back(self, place: Path) -> None:
        """Leave nothing of a copy for which there was no room."""
        with self._lock, contextlib.suppress(OSError):
            (place / _COMING).unlink(missing_ok=True)
            place.rmdir()

    def _place(self, sha256: str) -> Path | None:
        if self._folder is None or not _NAME.fullmatch(sha256):
            return None
        return self._folder / sha256


def _owned(owner: str) -> str:
    """Return the name of the mark that an owner has a file; an owner's own name may hold anything."""
    return "of-" + hashlib.sha256(owner.encode()).hexdigest()[:32]
