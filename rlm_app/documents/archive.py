"""ZIP archives, as of a repository: one document whose pages are the files, each headed by its path."""

from __future__ import annotations

import stat
import zipfile
from collections import Counter
from pathlib import Path, PurePosixPath

from rlm_app.documents import formats, reasons
from rlm_app.documents.loading import Loaded, OnProgress, no_progress
from rlm_app.documents.pages import INSIDE, Part, clean
from rlm_app.documents.zips import MOST_ENTRIES, open_checked
from rlm_app.errors import DocumentError

MOST = 20_000
_NAMED = 10
_VENDORED = frozenset(
    {
        *("node_modules", "bower_components", "vendor", "site-packages", ".venv", "venv", ".tox", "Pods", "__MACOSX"),
        *(
            ".git",
            ".hg",
            ".svn",
            "__pycache__",
            ".mypy_cache",
            ".pytest_cache",
            ".ruff_cache",
            ".gradle",
            ".idea",
            ".next",
        ),
    }
)
_BINARY = frozenset(
    {
        *(
            "png",
            "jpg",
            "jpeg",
            "gif",
            "webp",
            "ico",
            "bmp",
            "tif",
            "tiff",
            "psd",
            "mp3",
            "mp4",
            "mov",
            "avi",
            "wav",
            "ogg",
        ),
        *(
            "woff",
            "woff2",
            "ttf",
            "otf",
            "eot",
            "exe",
            "dll",
            "so",
            "dylib",
            "a",
            "o",
            "lib",
            "class",
            "jar",
            "pyc",
            "wasm",
        ),
        *(
            "gz",
            "bz2",
            "xz",
            "7z",
            "rar",
            "tar",
            "tgz",
            "zst",
            "bin",
            "dat",
            "db",
            "sqlite",
            "parquet",
            "npy",
            "pkl",
            "onnx",
        ),
        *("ds_store", "pdb", "idx", "pack", "whl", "egg", "iso", "dmg"),
    }
)
_MINIFIED = (".min.js", ".min.css", ".js.map", ".css.map")
_BINARY_REASONS = frozenset(reasons.REFUSED[kind] for kind in ("binary", "picture", "archive"))


def load(path: Path, name: str, password: str | None, on_progress: OnProgress) -> Loaded:
    """Read a ZIP: every file this app can read, in the order of paths; what is skipped is counted, what fails is named.

    Archives inside are not opened, links not followed, and paths that lead out of the archive refused.
    """
    with open_checked(path, name, MOST_ENTRIES) as archive:
        skipped: Counter[str] = Counter()
        entries = _wanted(archive, skipped)
        _unlock(archive, entries, name, password)
        reading = _Reading(archive, skipped)
        for number, entry in enumerate(entries[:MOST], 1):
            reading.take(entry)
            on_progress(number, len(entries))
    if not reading.parts:
        raise DocumentError(name, "; ".join(["holds no file that can be read", *_notes(skipped, reading.failed)]))
    if len(entries) > MOST:
        reading.failed.append(f"{len(entries) - MOST:,} files more than the {MOST:,} that are read")
    return Loaded("zip", "file", reading.parts, _notes(skipped, reading.failed))


def _wanted(archive: zipfile.ZipFile, skipped: Counter[str]) -> list[zipfile.ZipInfo]:
    """Return the entries to read, by path, and count the others by the reason."""
    wanted: dict[str, zipfile.ZipInfo] = {}
    for entry in archive.infolist():
        if entry.is_dir():
            continue
        reason = _reason_to_skip(entry)
        if reason:
            skipped[reason] += 1
        else:
            wanted[entry.filename] = entry
    return [wanted[each] for each in sorted(wanted)]


def _reason_to_skip(entry: zipfile.ZipInfo) -> str:
    path = PurePosixPath(entry.filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
        return "refused because their paths lead out of the archive"
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "symbolic links, which are not followed"
    folder = next((part for part in path.parts[:-1] if part in _VENDORED or part.endswith(".egg-info")), None)
    if folder:
        return f"in {folder}"
    if path.name.lower().endswith(_MINIFIED):
        return "minified"
    if path.name.lower().rpartition(".")[2] in _BINARY:
        return "binary"
    return "empty" if entry.file_size == 0 else ""


def _unlock(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], name: str, password: str | None) -> None:
    locked = next((entry for entry in entries if entry.flag_bits & 1), None)
    if locked is None:
        return
    if not password:
        raise DocumentError(name, reasons.NEEDS_PASSWORD)
    archive.setpassword(password.encode())
    try:
        archive.open(locked).close()
    except NotImplementedError as error:
        raise DocumentError(
            name, "is locked with AES, which cannot be opened here; pack it anew without a password"
        ) from error
    except RuntimeError as error:
        raise DocumentError(name, reasons.WRONG_PASSWORD) from error


class _Reading:
    """Collects the parts of one file after the other."""

    def __init__(self, archive: zipfile.ZipFile, skipped: Counter[str]) -> None:
        self.parts: list[Part] = []
        self.failed: list[str] = []
        self._archive = archive
        self._skipped = skipped

    def take(self, entry: zipfile.ZipInfo) -> None:
        """Read an entry under a name of our own on disk; its own name is only ever shown."""
        shown = " ".join(clean(entry.filename).split())
        try:
            with self._archive.open(entry) as packed, formats.on_disk(packed) as path:
                loaded = formats.load_inside(path, shown, frozenset({"zip"}), no_progress)
        except DocumentError as error:
            if error.reason in _BINARY_REASONS:
                self._skipped["binary"] += 1
            else:
                self.failed.append(f"{shown} {error.reason}")
        except (zipfile.BadZipFile, EOFError, OSError, RuntimeError, ValueError):
            self.failed.append(f"{shown} is damaged in the archive")
        else:
            self._keep(shown, loaded)

    def _keep(self, shown: str, loaded: Loaded) -> None:
        head = f"===== {shown} =====\n"
        alone = len(loaded.parts) == 1
        for label, text, kind in loaded.parts:
            where = shown if alone else f"{shown}{INSIDE}{formats.inner_label(loaded, label)}"
            self.parts.append((where, head + text, kind))
            head = ""
        label, last, kind = self.parts[-1]
        self.parts[-1] = (label, last.rstrip("\n") + "\n\n", kind)
        self.failed += [f"{shown}: {note}" for note in loaded.notes]


def _notes(skipped: Counter[str], failed: list[str]) -> tuple[str, ...]:
    counted = [f"{count:,} {reason}" for reason, count in skipped.most_common()]
    more = [f"and {len(failed) - _NAMED:,} more files with notes"] if len(failed) > _NAMED else []
    return (*(["files skipped: " + ", ".join(counted)] if counted else []), *failed[:_NAMED], *more)
