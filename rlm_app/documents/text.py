"""Plain text, Markdown, source code, CSV, logs: anything that is characters. Newlines stay as they are in the file."""

import re
from collections.abc import Iterable
from pathlib import Path

from rlm_app.documents import reasons
from rlm_app.documents.encoding import decode
from rlm_app.documents.loading import Loaded, OnProgress
from rlm_app.documents.pages import Part
from rlm_app.errors import DocumentError

MARKDOWN = frozenset({"md", "markdown", "mdx", "rmd", "qmd"})
LINES_A_PAGE = 60
CHARACTERS_A_PAGE = 8_000

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$")
_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(.*?)[ \t]*#*[ \t]*$")
_UNDERLINE = re.compile(r" {0,3}(=+|-{2,})[ \t]*$")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")


def load(path: Path, name: str, password: str | None, on_progress: OnProgress) -> Loaded:
    """Read a text file: Markdown has a section for each heading, everything else stretches of about 60 lines."""
    text, encoding = decode(path.read_bytes(), name)
    if not text.strip():
        raise DocumentError(name, reasons.NO_TEXT)
    suffix = Path(name).suffix.lower().lstrip(".")
    notes = () if encoding.startswith("utf-") else (f"read as {encoding}; if letters look wrong, save it as UTF-8",)
    on_progress(1, 1)
    if suffix in MARKDOWN:
        return Loaded("md", "section", sections(_LINE.findall(text)), notes)
    return Loaded(suffix or "txt", "lines", stretches(at[0] for at in _LINE.finditer(text)), notes)


def stretches(lines: Iterable[str]) -> list[Part]:
    """Cut lines into stretches a person can look at, labelled by the numbers of their lines, counted from 1."""
    parts: list[Part] = []
    held: list[str] = []
    first, size = 1, 0
    for number, line in enumerate(lines, 1):
        if held and (len(held) == LINES_A_PAGE or size + len(line) > CHARACTERS_A_PAGE):
            parts += _stretch(first, held)
            first, held, size = number, [], 0
        held.append(line)
        size += len(line)
    return parts + (_stretch(first, held) if held else [])


def _stretch(first: int, lines: list[str]) -> list[Part]:
    text = "".join(lines)
    label = f"line {first}" if len(lines) == 1 else f"lines {first}–{first + len(lines) - 1}"
    if len(text) <= CHARACTERS_A_PAGE:
        return [(label, text, "text" if text.strip() else "empty")]
    pieces = [text[at : at + CHARACTERS_A_PAGE] for at in range(0, len(text), CHARACTERS_A_PAGE)]
    return [(f"{label}, part {number}", piece, "text") for number, piece in enumerate(pieces, 1)]


def sections(lines: list[str]) -> list[Part]:
    """Cut Markdown at its headings; what stands before the first one is labelled "beginning"."""
    starts = headings(lines)
    if not starts or starts[0][0] > 0:
        starts = [(0, "beginning"), *starts]
    ends = [start for start, _ in starts[1:]] + [len(lines)]
    cut = [(label, "".join(lines[start:end])) for (start, label), end in zip(starts, ends, strict=True)]
    return [(label, text, "text" if text.strip() else "empty") for label, text in cut]


def headings(lines: list[str]) -> list[tuple[int, str]]:
    """Return the line index and the text of each heading outside code fences and front matter."""
    found: list[tuple[int, str]] = []
    fence = ""
    for index in range(_front_matter(lines), len(lines)):
        line = lines[index].rstrip("\r\n")
        mark = _FENCE.match(line)
        if fence:
            fence = "" if mark and mark[1].startswith(fence) else fence
        elif mark:
            fence = mark[1]
        elif heading := _HEADING.match(line):
            found.append((index, _plain(heading[2]) or "untitled"))
        elif _UNDERLINE.match(line) and index and _may_be_title(lines[index - 1]):
            found.append((index - 1, _plain(lines[index - 1])))
    return found


def _front_matter(lines: list[str]) -> int:
    """Return how many lines a YAML block at the top takes."""
    if not lines or lines[0].rstrip() != "---":
        return 0
    ends = (index for index, line in enumerate(lines[1:100], 1) if line.rstrip() in {"---", "..."})
    return next(ends, -1) + 1


def _may_be_title(line: str) -> bool:
    return bool(re.match(r" {0,3}[^\s#>|*+\-\d`~]", line)) and len(line) < 200


def _plain(heading: str) -> str:
    """Return the heading without the marks of links, emphasis and code."""
    return re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", re.sub(r"[*`]|__", "", heading)).strip()
