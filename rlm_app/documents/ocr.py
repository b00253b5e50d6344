"""Text recognition (OCR) of scanned pages with Tesseract, where it is installed; it is never started unasked."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import replace

from rlm_app.cancel import CancelToken
from rlm_app.documents import pdf_notes
from rlm_app.documents.hyphens import join_hyphens
from rlm_app.documents.pages import join, part
from rlm_app.errors import Cancelled, DocumentError
from rlm_app.types import Document, DocumentInfo

DPI = 300
SECONDS_A_PAGE = 90.0
HOW_TO_INSTALL = (
    "Text recognition needs Tesseract, which is not installed here. Install it (Debian and Ubuntu: `sudo apt install "
    "tesseract-ocr`, macOS: `brew install tesseract`, Windows: `winget install UB-Mannheim.TesseractOCR`) and open this page "
    "anew."
)


def program() -> str | None:
    """Return where Tesseract is, or None."""
    return shutil.which("tesseract")


def languages() -> list[str]:
    """Return the languages Tesseract has data for, by its own short names; none where it is not installed."""
    found = program()
    if found is None:
        return []
    try:
        done = subprocess.run(
            [found, "--list-langs"], capture_output=True, text=True, timeout=20, check=False, env=_environment()
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    listed = [line.strip() for line in done.stdout.splitlines()[1:]]
    return [name for name in listed if name and name not in {"osd", "snum"} and "/" not in name]


def scanned_pages(info: DocumentInfo) -> list[int]:
    """Return the pages that OCR can read, counted from 1: those of a PDF that are pictures."""
    if info.format != "pdf":
        return []
    return [number for number, page in enumerate(info.pages, 1) if page.kind == "scanned"]


def recognise(picture: bytes, name: str, language: str, cancel: CancelToken) -> str:
    """Return the text on a picture; raise `DocumentError` when Tesseract cannot give it, `Cancelled` when it is stopped."""
    found = program()
    if found is None:
        raise DocumentError(name, HOW_TO_INSTALL)
    process = subprocess.Popen(
        [found, "stdin", "stdout", "-l", language],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=_environment(),
    )
    forget = cancel.on_cancel(process.kill)
    try:
        said, complaint = process.communicate(picture, timeout=SECONDS_A_PAGE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return ""
    finally:
        forget()
    if cancel.cancelled:
        raise Cancelled(f"reading {name} was stopped")
    if process.returncode != 0:
        first = (complaint.decode("utf-8", "replace").strip().splitlines() or ["it ended without a word"])[0]
        raise DocumentError(name, f"could not be read by Tesseract: {first[:200]}")
    return said.decode("utf-8", "replace")


def with_text(document: Document, recognised: Mapping[int, str]) -> Document:
    """Return the document with the text of these pages, counted from 1, put in and marked as "ocr"."""
    texts = join_hyphens(list(recognised.values()))
    found = dict(zip(recognised, texts, strict=True))
    parts = []
    for number, page in enumerate(document.info.pages, 1):
        label, text, kind = part(page.label, found[number]) if number in found else ("", "", "")
        if kind == "text":
            parts.append((label, text, "ocr"))
        else:
            parts.append((page.label, document.text[page.start : page.end], page.kind))
    running = [[(start - page.start, end - page.start) for start, end in page.running] for page in document.info.pages]
    text, pages = join(document.info.name, parts, running)
    kept = [note for note in document.info.notes if not pdf_notes.is_of_pages(note)]
    notes = (*pdf_notes.notes(parts), *kept)
    return Document(replace(document.info, characters=len(text), pages=pages, notes=notes), text)


def _environment() -> dict[str, str]:
    """Return what Tesseract is told: where it is and where its data is, and to use one thread a page."""
    passed: Sequence[str] = ("PATH", "TESSDATA_PREFIX", "SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
    return {**{key: os.environ[key] for key in passed if key in os.environ}, "OMP_THREAD_LIMIT": "1", "LC_ALL": "C"}
