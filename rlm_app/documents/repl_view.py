"""What a cell finds bound to `context` and `documents`."""

from collections.abc import Sequence
from typing import Any

from rlm_app.types import Document


def repl_view(documents: Sequence[Document]) -> tuple[object, list[dict[str, Any]]]:
    """Return the value of `context`, a string for one document and a list of strings otherwise, and of `documents`.

    The second says per document its name, format, unit, characters and pages; page offsets count characters of that
    document's own text. Both are plain JSON values.
    """
    texts = [document.text for document in documents]
    return texts[0] if len(texts) == 1 else texts, [_described(document) for document in documents]


def _described(document: Document) -> dict[str, Any]:
    info = document.info
    pages = [{"label": page.label, "start": page.start, "end": page.end, "kind": page.kind} for page in info.pages]
    return {
        "name": info.name,
        "format": info.format,
        "unit": info.unit,
        "characters": info.characters,
        "pages": pages,
    }
