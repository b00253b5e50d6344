"""A document as a process that may be in the hands of its file has told it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rlm_app.documents.pages import Span
from rlm_app.errors import DocumentError
from rlm_app.types import Document, DocumentInfo, Page


def document_of(data: dict[str, Any], text: bytes, name: str, digest: str, size: int) -> Document:
    """Return the document; its name, size and identity are what we know of it and not what the child says."""
    try:
        pages = tuple(_page(**page) for page in data.pop("pages"))
        own = {"sha256": digest, "name": name, "size": size, "pages": pages, "notes": tuple(data["notes"])}
        return Document(DocumentInfo(**{**data, **own}), text.decode())
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DocumentError(name, "made the reader give an answer that is none; save it anew and try again") from error


def _page(label: str, start: int, end: int, kind: str, running: Sequence[Span]) -> Page:
    return Page(label, start, end, kind, tuple((int(first), int(last)) for first, last in running))
