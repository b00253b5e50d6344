"""Reading a file into a document, and saying in one line how well that went."""

from __future__ import annotations

import hashlib
from pathlib import Path

from rlm_app.documents import formats, reasons
from rlm_app.documents.isolated import read_isolated
from rlm_app.documents.loading import Loaded, OnProgress, no_progress
from rlm_app.documents.pages import INSIDE, join
from rlm_app.documents.repl_view import repl_view
from rlm_app.errors import DocumentError
from rlm_app.types import Document, DocumentInfo

__all__ = ["MAX_BYTES", "SUFFIXES", "health", "read", "read_isolated", "repl_view"]

# For the uploader: what is worth offering. A file of any other name that holds text is read too.
SUFFIXES = (
    *("pdf", "docx", "docm", "pptx", "pptm", "xlsx", "xlsm", "odt", "rtf", "epub", "eml", "zip", "ipynb"),
    *("md", "markdown", "txt", "html", "htm", "csv", "tsv", "json", "jsonl", "xml", "yaml", "yml"),
    *("toml", "ini", "log", "rst", "tex", "srt", "vtt", "sql", "py", "js", "ts", "tsx", "jsx", "java", "kt", "c", "h"),
    *("cpp", "hpp", "cs", "go", "rs", "rb", "php", "swift", "scala", "sh", "ps1", "r", "lua", "css"),
)
UNCOUNTED = frozenset({"lines", "rows"})
NESTED = frozenset({"sheet", "file", "part"})
_SAID = {"scanned": "scanned", "ocr": "read by OCR", "broken": "damaged", "empty": "empty"}
MAX_BYTES = 500_000_000


def read(path: Path, name: str, password: str | None = None, on_progress: OnProgress = no_progress) -> Document:
    """Read the file at `path`, called `name` by people; `on_progress` hears pages done and pages in all.

    Raises `DocumentError` and nothing else. It trusts the parsers with this process: for files of strangers use
    `read_isolated`.
    """
    try:
        size, digest = _measure(path, name)
        return _document(name, size, digest, formats.load(path, name, password, on_progress))
    except DocumentError:
        raise
    except MemoryError as error:
        raise DocumentError(name, "needs more memory than one file may have; split it") from error
    except OSError as error:
        raise DocumentError(name, f"cannot be opened ({error.strerror or error})") from error
    except Exception as error:  # the parsers are others' code, and what a hostile file makes them raise is open
        reason = f"cannot be read: its contents confuse the reader ({type(error).__name__}); save it anew and try again"
        raise DocumentError(name, reason) from error


def _measure(path: Path, name: str) -> tuple[int, str]:
    size = path.stat().st_size
    if size == 0:
        raise DocumentError(name, reasons.EMPTY)
    if size > MAX_BYTES:
        reason = f"is too large: {size / 1e6:,.0f} MB, the limit is {MAX_BYTES / 1e6:,.0f} MB; split it"
        raise DocumentError(name, reason)
    with path.open("rb") as file:
        return size, hashlib.file_digest(file, "sha256").hexdigest()


def _document(name: str, size: int, digest: str, loaded: Loaded) -> Document:
    text, pages = join(name, loaded.parts, loaded.running)
    info = DocumentInfo(digest, name, loaded.format, size, len(text), loaded.unit, pages, loaded.notes)
    return Document(info, text)


def health(info: DocumentInfo) -> str:
    """Return one line on how well a document can be read: "212 pages · 3 scanned · text OK · 512,000 characters"."""
    kinds = [page.kind for page in info.pages]
    # A long sheet or file is several pages, all of whose labels begin with its name.
    units = len({page.label.partition(INSIDE)[0] for page in info.pages}) if info.unit in NESTED else len(kinds)
    counted = [f"{units:,} {info.unit}{'' if units == 1 else 's'}"] if info.unit not in UNCOUNTED else []
    for kind, word in _SAID.items():
        if kinds.count(kind):
            counted.append(f"{kinds.count(kind):,} {word}")
    verdict = "text OK" if {"text", "ocr"} & set(kinds) else "no text"
    return " · ".join([*counted, verdict, f"{info.characters:,} characters"])
