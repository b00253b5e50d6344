"""EPUB books: the chapters in the order of the spine."""

from __future__ import annotations

import posixpath
import zipfile
from pathlib import Path
from urllib.parse import unquote

from rlm_app.documents import reasons
from rlm_app.documents.html import read_markup
from rlm_app.documents.loading import Loaded, OnProgress
from rlm_app.documents.pages import Part
from rlm_app.documents.xml import attribute, named, parse
from rlm_app.documents.zips import open_checked
from rlm_app.errors import DocumentError

_TEXTS = frozenset({"application/xhtml+xml", "text/html", "application/xml"})
_LOCKED = "is locked by its shop (DRM); this app does not open locked books; upload a copy without the lock"


def load(path: Path, name: str, password: str | None, on_progress: OnProgress) -> Loaded:
    """Read an EPUB: a page for each file of the spine, labelled by its first heading; a broken one is kept as "broken"."""
    with open_checked(path, name) as archive:
        chapters = _spine(archive, name)
        if set(chapters) & _locked(archive):
            raise DocumentError(name, _LOCKED)
        parts: list[Part] = []
        for number, entry in enumerate(chapters, 1):
            parts.append(_chapter(archive, entry, number))
            on_progress(number, len(chapters))
    broken = [label for label, _, kind in parts if kind == "broken"]
    if not any(kind == "text" for _, _, kind in parts):
        raise DocumentError(name, "is damaged: no chapter can be read; get a fresh copy" if broken else reasons.NO_TEXT)
    notes = tuple(f"chapter {label} is damaged and could not be read; the others are kept" for label in broken)
    return Loaded("epub", "chapter", parts, notes)


def _spine(archive: zipfile.ZipFile, name: str) -> list[str]:
    """Return the entries of the chapters in reading order."""
    container = parse(archive, "META-INF/container.xml", name)
    package = next((attribute(root, "full-path") for root in named(container, "rootfile")), "")
    book = parse(archive, package, name)
    folder = posixpath.dirname(package)
    files = {
        attribute(item, "id"): posixpath.normpath(posixpath.join(folder, unquote(attribute(item, "href"))))
        for item in named(book, "item")
        if attribute(item, "media-type") in _TEXTS
    }
    order = [files[attribute(item, "idref")] for item in named(book, "itemref") if attribute(item, "idref") in files]
    return list(dict.fromkeys(order))


def _locked(archive: zipfile.ZipFile) -> set[str]:
    """Return the entries that are encrypted; fonts often are, which is no lock."""
    if "META-INF/encryption.xml" not in archive.namelist():
        return set()
    return {
        unquote(attribute(each, "URI"))
        for each in named(parse(archive, "META-INF/encryption.xml", ""), "CipherReference")
    }


def _chapter(archive: zipfile.ZipFile, entry: str, number: int) -> Part:
    try:
        inside = read_markup(archive.read(entry), "")
    except (KeyError, zipfile.BadZipFile, NotImplementedError, RuntimeError):
        return str(number), "", "broken"
    title = next((label for label, _, _ in inside if label), "")
    text = "".join(text for _, text, _ in inside)
    return f"{number} {title[:120]}".strip(), text, "text" if text else "empty"
