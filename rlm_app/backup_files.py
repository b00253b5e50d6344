"""A backup as a file: a ZIP archive whose manifest names each entry with its size and SHA-256.

Nothing of an archive is believed before all of it was checked: names, sizes, hashes, and that it unpacks to a sane size.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from rlm_app.engine.import_lines import LONGEST, Reading, json_object
from rlm_app.errors import DocumentError, StoreError

FORMAT, VERSION = "rlm-app workspace", 1
MANIFEST = "manifest.json"
MOST_ENTRIES = 200_000
MOST_UNPACKED = 20_000_000_000
MOST_LINES = 400_000
"""Lines of one run: as objects in memory they take up to twenty times the room."""
_MOST_MANIFEST = 50_000_000
_RATIO, _RATIO_FROM = 300, 100_000_000
_BLOCK = 1 << 20
_NAMES = re.compile(
    r"(runs|journals)/[0-9a-f]{32}\.jsonl|documents/[0-9a-f]{64}\.(json|txt)|originals/[0-9a-f]{64}|"
    r"(grids|preferences)\.json"
)
_ILLEGIBLE = (
    zipfile.BadZipFile,
    EOFError,
    OSError,
    ValueError,
    KeyError,
    NotImplementedError,
    RuntimeError,
    RecursionError,
)


class Packing:
    """An archive that is being written: entry by entry, then the manifest."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._entries: dict[str, dict[str, Any]] = {}

    def lines(self, name: str, lines: Iterable[str]) -> None:
        """Write an entry from lines of text, each with its line end."""
        self._pack(name, (line.encode(errors="surrogatepass") for line in lines))

    def value(self, name: str, value: Any) -> None:
        """Write an entry that is one JSON value."""
        self.lines(name, [json.dumps(value)])

    def file(self, name: str, path: Path) -> None:
        """Write an entry from a file, as it is."""
        with path.open("rb") as source:
            self._pack(name, iter(lambda: source.read(_BLOCK), b""), zipfile.ZIP_STORED)

    def close(self, about: Mapping[str, Any]) -> None:
        """Write the manifest; `about` is what a person may want to know of the archive."""
        manifest = {"format": FORMAT, "version": VERSION, "made": time.time(), **about, "entries": self._entries}
        self._archive.writestr(MANIFEST, json.dumps(manifest, indent=1))

    def _pack(self, name: str, blocks: Iterable[bytes], how: int = zipfile.ZIP_DEFLATED) -> None:
        entry = zipfile.ZipInfo(name, time.gmtime()[:6])
        entry.compress_type = how
        digest, size = hashlib.sha256(), 0
        with self._archive.open(entry, "w", force_zip64=True) as target:
            for block in blocks:
                digest.update(block)
                size += len(block)
                target.write(block)
        self._entries[name] = {"size": size, "sha256": digest.hexdigest()}


@contextmanager
def packed(target: Path) -> Iterator[Packing]:
    """Give an archive to write to; it stands at `target` once all of it was written. Raises `StoreError`."""
    coming = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        coming.touch(mode=0o600, exist_ok=False)
        with zipfile.ZipFile(coming, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
            yield Packing(archive)
        os.replace(coming, target)
    except OSError as error:
        raise StoreError(
            f"The backup {target} could not be written ({error.strerror or error}). Free some disk space or choose another "
            "place; your data is as it was."
        ) from error
    finally:
        coming.unlink(missing_ok=True)


class Unpacking:
    """An archive that was checked; what it holds is read by name."""

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        self._archive = archive
        self._name = name
        self._reading = Reading()
        self.entries = tuple(entry.filename for entry in archive.infolist() if entry.filename != MANIFEST)

    def named(self, folder: str) -> list[str]:
        """Return the names of a folder's entries without folder and ending, each once."""
        return list(dict.fromkeys(Path(entry).stem for entry in self.entries if entry.startswith(f"{folder}/")))

    def lines(self, name: str) -> Iterator[dict[str, Any]]:
        """Give the JSON objects of an entry of lines; raise ValueError for a line that is none."""
        if name not in self.entries:
            return
        with self._archive.open(name) as source:
            for number, line in enumerate(iter(lambda: source.readline(LONGEST + 1), b"")):
                if number >= MOST_LINES:
                    raise ValueError(f"it has more than {MOST_LINES:,} lines")
                yield self._reading.value(line)

    def value(self, name: str) -> dict[str, Any]:
        """Return the JSON object that an entry is, an empty one where there is none; raise ValueError."""
        if name not in self.entries:
            return {}
        if self._archive.getinfo(name).file_size > LONGEST:
            raise ValueError(f"{name} has more than {LONGEST:,} bytes")
        return self._reading.value(self._archive.read(name))

    def text(self, name: str) -> str:
        """Return an entry as text; raise ValueError or KeyError."""
        return self._archive.read(name).decode()

    def extract(self, name: str, target: Path) -> bool:
        """Write an entry to a file; return False where there is none."""
        if name not in self.entries:
            return False
        with self._archive.open(name) as source, target.open("wb") as file:
            shutil.copyfileobj(source, file, _BLOCK)
        return True


@contextmanager
def unpacked(path: Path, name: str, room: Callable[[], int]) -> Iterator[Unpacking]:
    """Give an archive after all of it was checked; `room` says how many bytes there is space for.

    Raises `DocumentError` with the reason when it is damaged, no backup, of a newer program, or not to be trusted.
    """
    with contextlib.ExitStack() as stack:
        try:
            archive = stack.enter_context(zipfile.ZipFile(path))
            _check(archive, name, path.stat().st_size, room)
        except _ILLEGIBLE as error:
            raise DocumentError(name, f"is damaged or no backup ({_reason(error)}); get a fresh copy") from error
        yield Unpacking(archive, name)


def _check(archive: zipfile.ZipFile, name: str, size: int, room: Callable[[], int]) -> None:
    entries = archive.infolist()
    _check_sizes(entries, name, size, room)
    names = [entry.filename for entry in entries]
    foreign = [each for each in names if each != MANIFEST and not _NAMES.fullmatch(each)]
    if foreign or len(set(names)) != len(names) or MANIFEST not in names:
        what = f"it holds {foreign[0][:80]!r}" if foreign else "an entry is missing or there twice"
        raise DocumentError(name, f"is no backup of this app: {what}; nothing was taken from it")
    manifest = _manifest(archive, name)
    known = manifest["entries"]
    if not isinstance(known, dict) or {*known, MANIFEST} != set(names):
        raise DocumentError(
            name, "was changed: its manifest names other entries than it holds; nothing was taken from it"
        )
    for each in names:
        if each != MANIFEST and _digest(archive, each) != known[each]["sha256"]:
            raise DocumentError(
                name, f"was changed or damaged: {each} is not what was saved; nothing was taken from it"
            )


def _check_sizes(entries: list[zipfile.ZipInfo], name: str, size: int, room: Callable[[], int]) -> None:
    unpacked_size = sum(entry.file_size for entry in entries)
    too_many = len(entries) > MOST_ENTRIES or unpacked_size > MOST_UNPACKED
    if too_many or (unpacked_size > _RATIO_FROM and unpacked_size > _RATIO * size):
        told = f"{len(entries):,} entries and {unpacked_size / 1e6:,.0f} MB, {unpacked_size / max(1, size):,.0f} times its size"
        raise DocumentError(name, f"would unpack to {told}; it is not read for safety")
    if unpacked_size > room():
        raise DocumentError(
            name,
            f"needs {unpacked_size / 1e6:,.1f} MB and there is room for {room() / 1e6:,.1f} MB; free some space",
        )


def _manifest(archive: zipfile.ZipFile, name: str) -> dict[str, Any]:
    if archive.getinfo(MANIFEST).file_size > _MOST_MANIFEST:
        raise DocumentError(name, "is no backup of this app: its manifest is too long; nothing was taken from it")
    raw = archive.read(MANIFEST)
    Reading().weigh(raw)
    manifest = json_object(raw)
    if manifest.get("format") != FORMAT:
        raise DocumentError(name, "is no backup of this app; choose a file that Back up has made")
    if type(manifest.get("version")) is not int or manifest["version"] > VERSION:
        raise DocumentError(name, "was made by a newer version of this app; restore it with that one")
    return manifest


def _digest(archive: zipfile.ZipFile, name: str) -> str:
    digest = hashlib.sha256()
    with archive.open(name) as source:
        for block in _blocks(source):
            digest.update(block)
    return digest.hexdigest()


def _blocks(source: IO[bytes]) -> Iterator[bytes]:
    return iter(lambda: source.read(_BLOCK), b"")


def _reason(error: Exception) -> str:
    return str(error)[:120] or type(error).__name__
