"""The comments of a workbook, which the streaming reader of sheets leaves out."""

from __future__ import annotations

import posixpath
import zipfile

from rlm_app.documents.pages import clean
from rlm_app.documents.xml import attribute, named, parse, tag
from rlm_app.errors import DocumentError


def comments(archive: zipfile.ZipFile) -> dict[str, list[str]]:
    """Return "[comment on B4: …]" by the title of the sheet; what is damaged in them is left out."""
    try:
        sheets = _sheets(archive)
    except DocumentError:
        return {}
    found: dict[str, list[str]] = {}
    for title, entry in sheets.items():
        try:
            found[title] = _of_sheet(archive, entry)
        except DocumentError:
            continue
    return found


def _sheets(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return the entry of each sheet by its title."""
    targets = _targets(archive, "xl/workbook.xml")
    book = parse(archive, "xl/workbook.xml", "")
    return {attribute(sheet, "name"): targets.get(_relation(sheet), ("", ""))[1] for sheet in named(book, "sheet")}


def _relation(sheet: object) -> str:
    attributes: dict[str, str] = getattr(sheet, "attrib", {})
    return next((value for key, value in attributes.items() if key.endswith("}id")), "")


def _targets(archive: zipfile.ZipFile, entry: str) -> dict[str, tuple[str, str]]:
    """Return kind and entry of each part that `entry` refers to, by the reference's id."""
    folder, file = posixpath.split(entry)
    relations = f"{folder}/_rels/{file}.rels"
    if relations not in archive.namelist():
        return {}
    found = {}
    for relation in named(parse(archive, relations, ""), "Relationship"):
        target = attribute(relation, "Target")
        whole = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"{folder}/{target}")
        found[attribute(relation, "Id")] = (attribute(relation, "Type").rpartition("/")[2], whole)
    return found


def _of_sheet(archive: zipfile.ZipFile, entry: str) -> list[str]:
    said = []
    for kind, target in _targets(archive, entry).values():
        if kind == "comments":
            for comment in named(parse(archive, target, ""), "comment"):
                text = "".join(piece.text or "" for piece in comment.iter() if tag(piece) == "t")
                said.append(f"[comment on {attribute(comment, 'ref')}: {' '.join(clean(text).split())}]")
    return said
