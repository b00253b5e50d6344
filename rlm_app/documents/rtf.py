"""RTF files: the text that a word processor shows, with notes where they are anchored."""

from __future__ import annotations

import re
from pathlib import Path

from rlm_app.documents import reasons
from rlm_app.documents.loading import Loaded, OnProgress
from rlm_app.documents.pages import part
from rlm_app.documents.rtf_revisions import shown
from rlm_app.errors import DocumentError

_NAMED = {"footnote": "note", "annotation": "comment", "header": "header", "footer": "footer"}
_ASIDE = re.compile(rf"\{{(?:\\\*)?\\({'|'.join(_NAMED)})[lrf]?(?![a-z])")
_BRACE = re.compile(r"\\[\\{}]|[{}]")
_PAGE = "\ue000"


def load(path: Path, name: str, password: str | None, on_progress: OnProgress) -> Loaded:
    """Read RTF. Explicit page breaks make pages; a file without any is one page. Pictures and objects are left out.

    Tracked insertions are kept; tracked deletions and hidden text are left out, which notes say.
    """
    seen = shown(path.read_bytes().decode("latin-1"))
    first = seen.source[:1000] + "}"
    paged = re.sub(r"\\page(?![a-z]) ?", r"\\u57344?", seen.source)
    prepared = _asides_in_place(paged, re.findall(r"\\ansicpg\d+", first))
    pages = _plain(prepared, name).split(_PAGE)
    parts = [part(str(number), re.sub(r"\|\n", "\n", text).replace("|", " | ")) for number, text in enumerate(pages, 1)]
    if not any(kind == "text" for _, _, kind in parts):
        raise DocumentError(name, reasons.NO_TEXT)
    on_progress(1, 1)
    return Loaded("rtf", "page", parts, reasons.changes(seen.added, seen.removed, seen.hidden))


def _plain(source: str, name: str) -> str:
    from striprtf.striprtf import rtf_to_text

    try:
        text: str = rtf_to_text(source, errors="replace")  # type: ignore[no-untyped-call]
    except (ValueError, TypeError, IndexError, OverflowError, LookupError) as error:
        raise DocumentError(
            name, "is damaged and cannot be read as RTF; open and save it anew, then upload that"
        ) from error
    return text


def _asides_in_place(source: str, code_page: list[str]) -> str:
    """Return the source with notes, comments, headers and footers as text in brackets, which else are left out."""
    pieces: list[str] = []
    seen: set[str] = set()
    position = 0
    for found in _ASIDE.finditer(source):
        if found.start() < position:
            continue
        end = _closing(source, found.end())
        said = " ".join(_plain("{\\rtf1 " + "".join(code_page) + source[found.end() : end] + "}", "").split())
        shown = f"[{_NAMED[found[1]]}: {said}]" if said else ""
        if found[1] in {"header", "footer"}:
            shown, known = (f"{shown}\n" if shown not in seen else ""), shown
            seen.add(known)
        else:
            shown = shown and f" {shown}"
        pieces += [source[position : found.start()], _escaped(shown)]
        position = end + 1
    return "".join([*pieces, source[position:]])


def _closing(source: str, position: int) -> int:
    """Return where the group that is open at `position` closes."""
    depth = 1
    for brace in _BRACE.finditer(source, position):
        depth += {"{": 1, "}": -1}.get(brace[0], 0)
        if depth == 0:
            return brace.start()
    return len(source)


def _escaped(text: str) -> str:
    """Return text as RTF writes it."""
    units = text.encode("utf-16-le", "replace")
    codes = (int.from_bytes(units[at : at + 2], "little") for at in range(0, len(units), 2))
    return "".join("\\par " if code == 10 else f"\\u{code}?" for code in codes)
