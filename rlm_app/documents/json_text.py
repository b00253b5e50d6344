"""JSON and JSON Lines: the file's own characters; what stands on one endless line is laid out on many."""

from __future__ import annotations

import json
import re
from pathlib import Path

from rlm_app.documents import text
from rlm_app.documents.loading import Loaded, OnProgress
from rlm_app.documents.stretches import CHARACTERS

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[^\s"{}\[\],]+|[{}\[\],]|"', re.DOTALL)
_DEEPEST = 40
# Checking builds every value of the file, which takes many times its size.
_CHECKED = 20_000_000


def load(path: Path, name: str, password: str | None, on_progress: OnProgress) -> Loaded:
    """Read JSON by lines. A file that is one long line gets line breaks and indents, and a note that says so."""
    whole, notes = text.decoded(path, name)
    lines = text.lines(whole)
    suffix = Path(name).suffix.lower().lstrip(".") or "json"
    if suffix == "json" and max(map(len, lines)) > CHARACTERS:
        lines = text.lines(laid_out(whole))
        notes = (*notes, "written on one line; it is shown with line breaks, its values unchanged")
    if suffix == "json" and len(whole) < _CHECKED and not _is_valid(whole):
        notes = (*notes, "not valid JSON; it is kept as text")
    on_progress(1, 1)
    return Loaded(suffix, "lines", text.stretches(lines), notes)


def laid_out(source: str) -> str:
    """Return JSON with a line for each value; nothing but blanks outside of strings differs from `source`."""
    pieces: list[str] = []
    depth = 0
    for piece in _TOKEN.findall(source):
        if piece in "}]":
            depth -= 1
            pieces.append(_line(depth))
        pieces.append(piece)
        if piece in "{[":
            depth += 1
        if piece in "{[,":
            pieces.append(_line(depth))
    return "".join(pieces)


def _line(depth: int) -> str:
    return "\n" + "  " * max(0, min(depth, _DEEPEST))


def _is_valid(whole: str) -> bool:
    try:
        json.loads(whole)
    except (ValueError, RecursionError):
        return False
    return True
