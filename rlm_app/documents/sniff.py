"""What a file is, by its first bytes; its name decides only where the bytes leave it open."""

from __future__ import annotations

import re
import zlib
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from rlm_app.documents import reasons
from rlm_app.documents.zips import MOST_ENTRIES, open_checked
from rlm_app.errors import DocumentError

_HEAD = 4096
_SIGNATURES = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"{\\rtf", "rtf"),
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF8", "picture"),
    (b"II*\0", "picture"),
    (b"MM\0*", "picture"),
    (b"\x1f\x8b", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"Rar!", "archive"),
    (b"BZh", "archive"),
    (b"\xfd7zXZ", "archive"),
)
_INSIDE = (
    ("xl/workbook.bin", "xlsb"),
    ("word/", "docx"),
    ("xl/", "xlsx"),
    ("ppt/", "pptx"),
    ("META-INF/container.xml", "epub"),
)
_OPEN_DOCUMENTS = {"text": "odt", "spreadsheet": "ods", "presentation": "odp"}
_HTML = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html[\s>])", re.IGNORECASE | re.DOTALL
)
_NAMES = {
    **dict.fromkeys(("html", "htm", "xhtml"), "html"),
    **dict.fromkeys(("csv", "tsv", "tab"), "csv"),
    **dict.fromkeys(("json", "jsonl", "ndjson", "geojson"), "json"),
    "eml": "eml",
    "mbox": "mbox",
    "ipynb": "ipynb",
}
# Formats whose files are known by their bytes, by the endings that promise them.
_PROMISED = {
    **dict.fromkeys(("docx", "docm", "dotx"), "docx"),
    **dict.fromkeys(("xlsx", "xlsm", "xltx"), "xlsx"),
    **dict.fromkeys(("pptx", "pptm", "ppsx", "potx"), "pptx"),
    "pdf": "pdf",
    "epub": "epub",
    "odt": "odt",
    "rtf": "rtf",
    "zip": "zip",
}


def sniff(path: Path, name: str) -> str:
    """Return the name of a format with a loader; raise `DocumentError` saying what to do with anything else."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    suffix = Path(name).suffix.lower().lstrip(".")
    if not head:
        raise DocumentError(name, reasons.EMPTY)
    found = _by_content(path, name, head) or _NAMES.get(suffix, "text")
    if suffix in _PROMISED and found not in {_PROMISED[suffix], "ole", "xlsb"}:
        raise DocumentError(name, _misnamed(suffix, found))
    if found == "ole":
        found = "msg" if suffix == "msg" else _ole(path)
    if found in reasons.REFUSED:
        raise DocumentError(name, reasons.REFUSED[found])
    return found


def _by_content(path: Path, name: str, head: bytes) -> str | None:
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _container(path, name)
    for signature, found in _SIGNATURES:
        if head.startswith(signature):
            return found
    return "html" if _HTML.match(head.removeprefix(b"\xef\xbb\xbf")) else None


def _container(path: Path, name: str) -> str:
    with open_checked(path, name, MOST_ENTRIES) as archive:
        inside = archive.namelist()
        if "META-INF/manifest.xml" in inside and "content.xml" in inside:
            return _open_document(archive)
    return next((found for start, found in _INSIDE if any(entry.startswith(start) for entry in inside)), "zip")


def _open_document(archive: ZipFile) -> str:
    """Return which OpenDocument format it is, by the type it says of itself; a text where it says none."""
    try:
        said = archive.read("mimetype")[:200].decode("ascii", "replace") if "mimetype" in archive.namelist() else ""
    except (BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, zlib.error):
        said = ""
    kind = said.strip().rpartition("opendocument.")[2].partition("-")[0]
    return _OPEN_DOCUMENTS.get(kind, "odg") if kind else "odt"


def _ole(path: Path) -> str:
    """Tell a protected Office file, whose directory names its parts in UTF-16, from an old binary one."""
    with path.open("rb") as file:
        data = file.read(16_000_000)
    return "ole-encrypted" if "EncryptedPackage".encode("utf-16-le") in data else "ole"


def _misnamed(suffix: str, found: str) -> str:
    known = {
        "html": "a web page",
        "text": "plain text",
        "docx": "a Word file",
        "pdf": "a PDF",
        "zip": "a ZIP archive",
        "xlsx": "an Excel workbook",
        "pptx": "a PowerPoint file",
        "odt": "an OpenDocument text",
        "epub": "a book",
        "rtf": "an RTF file",
        "picture": "a picture",
        "archive": "an archive",
    }
    what = known.get(found, f"something else ({found})")
    return f"is called .{suffix} and holds {what}; give it its right name or get the real file, and upload that"
