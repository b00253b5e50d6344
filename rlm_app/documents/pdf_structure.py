"""What pypdf knows of a PDF beside its text: whether it opens, its form's answers, its comments, its damaged pages."""

from __future__ import annotations

import logging
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rlm_app.documents import reasons
from rlm_app.errors import DocumentError

_COMMENTS = frozenset({"/Text", "/Highlight", "/Underline", "/StrikeOut", "/Squiggly", "/Stamp", "/Caret"})
# pypdf keeps each object it has seen; in a long file that is forgotten from time to time.
_FORGET_AFTER = 200
_MOST_NAMED = 10


@dataclass(frozen=True, slots=True)
class Structure:
    """What stands beside the text: `beside` are the filled fields ("Name: value") and comments of a page.

    Page numbers count from 1; `damaged` are page numbers, `notes` sentences for a person.
    """

    beside: dict[int, list[str]] = field(default_factory=dict)
    damaged: frozenset[int] = frozenset()
    notes: tuple[str, ...] = ()


def read_structure(path: Path, name: str, password: str | None) -> Structure:
    """Return what can be known; a file too broken for pypdf has no structure, which is no reason to refuse it.

    Raises `DocumentError` when the file is locked and `password` does not open it.
    """
    import pypdf

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    with path.open("rb") as file:
        try:
            reader = pypdf.PdfReader(file, strict=False)
            _unlock(reader, name, password)
            return _look(reader, list(reader.pages))
        except DocumentError:
            raise
        except Exception:  # noqa: BLE001 - pypdf raises whatever a broken file leads it into; PDFium still has its turn
            return Structure()


def _look(reader: Any, pages: list[Any]) -> Structure:
    beside: dict[int, list[str]] = {}
    damaged: set[int] = set()
    for number, page in enumerate(pages, 1):
        if found := _attempt(_beside, page):
            beside[number] = found
        if _attempt(_damaged, page):
            damaged.add(number)
        if number % _FORGET_AFTER == 0:
            reader.resolved_objects.clear()
    return Structure(beside, frozenset(damaged), _attached(reader))


def _attached(reader: Any) -> tuple[str, ...]:
    """Return the note on files that are attached to the PDF, which are not opened."""
    names = [str(file.name) for file in _attempt(lambda each: list(each.attachment_list), reader) or []]
    if not names:
        return ()
    more = f" and {len(names) - _MOST_NAMED:,} more" if len(names) > _MOST_NAMED else ""
    return (f"files attached to this PDF are not read: {', '.join(names[:_MOST_NAMED])}{more}; save and upload them",)


def _unlock(reader: Any, name: str, password: str | None) -> None:
    if not reader.is_encrypted or reader.decrypt("") or (password and reader.decrypt(password)):
        return
    raise DocumentError(name, reasons.WRONG_PASSWORD if password else reasons.NEEDS_PASSWORD)


def _attempt(look: Any, page: Any) -> Any:
    try:
        return look(page)
    except Exception:  # noqa: BLE001 - one page's broken object must not cost the others
        return None


def _beside(page: Any) -> list[str]:
    """Return "Name: value" for each filled field on the page, then its text boxes and comments; each once."""
    annotations = [each.get_object() for each in page.get("/Annots", None) or []]
    found: dict[str, None] = {}
    for widget in annotations:
        if widget.get("/Subtype") == "/Widget":
            value = _shown(_inherited(widget, "/V"))
            label = _label(widget)
            if value and label:
                found[f"{label}: {value}"] = None
    for annotation in annotations:
        said = _shown(annotation.get("/Contents")).strip()
        if said and annotation.get("/Subtype") == "/FreeText":
            found[said] = None
        elif said and annotation.get("/Subtype") in _COMMENTS:
            found[f"[comment: {said}]"] = None
    return list(found)


def _ancestry(widget: Any) -> Iterator[Any]:
    """Yield the widget and the fields above it; a cycle ends after 32."""
    for _ in range(32):
        yield widget
        parent = widget.get("/Parent")
        if parent is None:
            return
        widget = parent.get_object()


def _inherited(widget: Any, key: str) -> Any:
    values = (node.get(key) for node in _ancestry(widget))
    return next((value.get_object() for value in values if value is not None), None)


def _label(widget: Any) -> str:
    names = [str(node["/T"]) for node in _ancestry(widget) if node.get("/T") is not None]
    return ".".join(reversed(names))


def _shown(value: Any) -> str:
    from pypdf.generic import ArrayObject, NameObject, NumberObject, TextStringObject

    if isinstance(value, ArrayObject):
        return ", ".join(filter(None, (_shown(item.get_object()) for item in value)))
    if isinstance(value, NameObject):
        return "" if value == "/Off" else str(value).lstrip("/")
    return str(value) if isinstance(value, TextStringObject | NumberObject) else ""


def _damaged(page: Any) -> bool:
    """Whether a compressed part of the page's content fails its own checksum; readers guess on in silence then."""
    content = page.get("/Contents")
    content = content.get_object() if content is not None else None
    for part in content if isinstance(content, list) else [content]:
        stream = part.get_object() if part is not None else None
        if stream is not None and stream.get("/Filter") in ("/FlateDecode", ["/FlateDecode"]):
            try:
                zlib.decompressobj().decompress(stream._data, 64_000_000)
            except zlib.error:
                return True
    return False
