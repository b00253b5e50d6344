"""OpenDocument texts: headings begin sections, tables as "cell | cell", notes where they are anchored."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from rlm_app.documents import reasons
from rlm_app.documents.alternatives import picture
from rlm_app.documents.loading import Loaded, OnProgress
from rlm_app.documents.pages import Part, part
from rlm_app.documents.xml import attribute, named, parse, tag
from rlm_app.documents.zips import open_checked
from rlm_app.errors import DocumentError

_LEFT_OUT = frozenset(
    {"tracked-changes", "note-citation", "creator", "date", "sequence-decls", "forms", "bibliography-source"}
)
_BLANKS = {"tab": "\t", "line-break": "\n"}


def load(path: Path, name: str, password: str | None, on_progress: OnProgress) -> Loaded:
    """Read ODT: headers and footers once, tracked insertions kept and deletions left out, comments in brackets."""
    with open_checked(path, name) as archive:
        manifest = parse(archive, "META-INF/manifest.xml", name)
        if any(True for _ in named(manifest, "encryption-data")):
            raise DocumentError(name, reasons.REFUSED["ole-encrypted"])
        content = parse(archive, "content.xml", name)
        around = _around(parse(archive, "styles.xml", name)) if "styles.xml" in archive.namelist() else []
    parts = _sections(content, around)
    if not any(kind == "text" for _, _, kind in parts):
        raise DocumentError(name, reasons.NO_TEXT)
    on_progress(1, 1)
    return Loaded("odt", "section", parts, _notes(content))


def _sections(content: Element, around: list[str]) -> list[Part]:
    body = next(named(content, "text"), content)
    cut: list[tuple[str, list[str]]] = [("beginning", list(around))]
    for block in _blocks(body):
        text = _line(block) if tag(block) != "table" else "\n".join(_rows(block)) + "\n"
        if tag(block) == "h":
            cut.append((" ".join(text.split())[:200] or "untitled", []))
        cut[-1][1].append(text + ("\n" if tag(block) == "h" else ""))
    parts = [part(label, "\n".join(lines)) for label, lines in cut]
    return [found for found in parts if found[2] == "text"]


def _blocks(parent: Element) -> Iterator[Element]:
    """Yield headings, paragraphs and tables in order, looking through sections, lists and frames."""
    stack = list(reversed(parent))
    while stack:
        element = stack.pop()
        if tag(element) in {"h", "p", "table"}:
            yield element
        elif tag(element) not in _LEFT_OUT:
            stack.extend(reversed(element))


def _rows(table: Element) -> Iterator[str]:
    for row in named(table, "table-row"):
        cells = (cell for cell in row if tag(cell) in {"table-cell", "covered-table-cell"})
        yield " | ".join(" ".join(" ".join(_line(block) for block in _blocks(cell)).split()) for cell in cells).rstrip(
            " |"
        )


def _line(element: Element) -> str:
    """Return the text of a paragraph; what stands in a note or a comment is put in brackets at its anchor."""
    pieces: list[str] = []
    stack: list[Element | str] = [element]
    while stack:
        found = stack.pop()
        if isinstance(found, str):
            pieces.append(found)
            continue
        if tag(found) == "list-item":
            pieces.append("- ")
        stack.extend(reversed(_inside(found)))
    return "".join(pieces)


def _inside(element: Element) -> list[Element | str]:
    """Return the text and the elements that stand in an element for what a reader sees, in order."""
    name = tag(element)
    if name == "s":
        return [" " * min(100, int(attribute(element, "c") or "1"))]
    if name in _BLANKS:
        return [_BLANKS[name]]
    inside: list[Element | str] = [element.text or ""]
    described = _described(element) if name == "frame" else {}
    if said := picture(described.get("desc") or described.get("title", "")):
        inside.append(f"{said} ")
    for child in element:
        if tag(child) not in _LEFT_OUT | described.keys():
            inside.append(child)
        inside.append(child.tail or "")
    if name in {"note", "annotation"}:
        opening = " [note: " if name == "note" else " [comment: "
        return [opening, *(each.strip() if isinstance(each, str) else each for each in inside), "]"]
    return inside


def _described(frame: Element) -> dict[str, str]:
    """Return the words for a picture, its "desc" and its "title"."""
    return {tag(child): "".join(child.itertext()) for child in frame if tag(child) in {"desc", "title"}}


def _around(styles: Element) -> list[str]:
    """Return the different headers and footers, each once."""
    found: dict[str, None] = {}
    for what in ("header", "footer"):
        for area in named(styles, what):
            text = " ".join(" ".join(_line(block) for block in _blocks(area)).split())
            if text:
                found[f"[{what}: {text}]"] = None
    return list(found)


def _notes(content: Element) -> tuple[str, ...]:
    changes = [tag(change) for region in named(content, "changed-region") for change in region]
    added, removed = changes.count("insertion"), changes.count("deletion")
    return (reasons.tracked(added, removed),) if added or removed else ()
