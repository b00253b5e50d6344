"""Which loader reads which kind of file; a further format is a file with a `load` and a line here."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Container, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import IO

from rlm_app.documents.loading import Load, Loaded, OnProgress
from rlm_app.documents.sniff import sniff
from rlm_app.errors import DocumentError

LOADERS: Mapping[str, str] = {
    "pdf": "rlm_app.documents.pdf",
    "docx": "rlm_app.documents.docx",
    "pptx": "rlm_app.documents.pptx",
    "xlsx": "rlm_app.documents.xlsx",
    "odt": "rlm_app.documents.odt",
    "rtf": "rlm_app.documents.rtf",
    "epub": "rlm_app.documents.epub",
    "eml": "rlm_app.documents.mail",
    "html": "rlm_app.documents.html",
    "csv": "rlm_app.documents.delimited",
    "json": "rlm_app.documents.json_text",
    "ipynb": "rlm_app.documents.notebook",
    "zip": "rlm_app.documents.archive",
    "text": "rlm_app.documents.text",
}


def load(path: Path, name: str, password: str | None, on_progress: OnProgress) -> Loaded:
    """Read a file by what it is; raise `DocumentError`, or whatever a parser raises on a hostile file."""
    loader: Load = import_module(LOADERS[sniff(path, name)]).load
    return loader(path, name, password, on_progress)


def load_inside(path: Path, name: str, closed: Container[str], on_progress: OnProgress) -> Loaded:
    """Read a file that came in another one. Formats in `closed` are refused; nothing but `DocumentError` is raised."""
    found = sniff(path, name)
    if found in closed:
        raise DocumentError(
            name, "is an archive or a mail inside of another one, which is not opened; upload it by itself"
        )
    try:
        loader: Load = import_module(LOADERS[found]).load
        return loader(path, name, None, on_progress)
    except (DocumentError, MemoryError):
        raise
    except Exception as error:  # the parsers are others' code, and one bad file must not cost its neighbours
        raise DocumentError(name, f"cannot be read ({type(error).__name__})") from error


@contextmanager
def on_disk(packed: IO[bytes]) -> Iterator[Path]:
    """Give a file that came in another one as a file of a name of our own; no folder is made, which may be forbidden."""
    handle, name = tempfile.mkstemp(prefix="rlm-part-")
    try:
        with os.fdopen(handle, "wb") as file:
            shutil.copyfileobj(packed, file, 1 << 20)
        yield Path(name)
    finally:
        os.unlink(name)


def inner_label(loaded: Loaded, label: str) -> str:
    """Return a label that names its unit, for use behind the name of a file: "page 3", "lines 1–60"."""
    named = loaded.unit in {"lines", "rows", "part"} or label.lower().startswith(loaded.unit)
    return label if named else f"{loaded.unit} {label}"
