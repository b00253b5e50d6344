"""Plain text, Markdown, source code, logs: anything that is characters. Newlines stay as they are in the file."""

import re
from collections.abc import Iterable
from pathlib import Path

from rlm_app.documents import reasons
from rlm_app.documents.encoding import decode
from rlm_app.documents.loading import Loaded, OnProgress
from rlm_app.documents.pages import Part, check_length
from rlm_app.documents.stretches import stretches as cut
from rlm_app.errors import DocumentError

MARKDOWN = frozenset({"md", "markdown", "mdx", "rmd", "qmd"})

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$")
_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(.*?)[ \t]*#*[ \t]*$")
_UNDERLINE = re.compile(r" {0,3}(=+|-{2,})[ \t]*$")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")


def load(path: Path, name: str, password: str | None, on_progress: OnProgress) -> Loaded:
    """Read a text file: Markdown has a section for each heading, everything else stretches of about 60 lines."""
    whole, notes = decoded(path, name)
    suffix = Path(name).suffix.lower().lstrip(".")
    on_progress(1, 1)
    if suffix in MARKDOWN:
        return Loaded("md", "section", sections(lines(whole)), notes)
    return Loaded(suffix or "txt", "lines", stretches(lines(whole)), notes)


def decoded(path: Path, name: str) -> tuple[str, tuple[str, ...]]:
    """Return the text of a file and what has to be said of its encoding; raise `DocumentError` where there is none."""
    whole, encoding = decode(path.read_bytes(), name)
    if not whole.strip():
        raise DocumentError(name, reasons.NO_TEXT)
    check_length(name, len(whole))
    notes = () if encoding.startswith("utf-") else (f"read as {encoding}; if letters look wrong, save it as UTF-8",)
    return whole, notes


def lines(whole: str) -> list[str]:
    """Return the lines as an editor counts them, each with its end."""
    return _LINE.findall(whole)


def stretches(of_lines: Iterable[str]) -> list[Part]:
    """Cut lines into parts labelled by their numbers, counted from 1."""
    return cut(enumerate(of_lines, 1), "line")


def sections(of_lines: list[str]) -> list[Part]:
    """Cut Markdown at its headings; what stands before the first one is labelled "beginning"."""
    starts = headings(of_lines)
    if not starts or starts[0][0] > 0:
        starts = [(0, "beginning"), *starts]
    ends = [start for start, _ in starts[1:]] + [len(of_lines)]
    pieces = [(label, "".join(of_lines[start:end])) for (start, label), end in zip(starts, ends, strict=True)]
    return [(label, text, "text" if text.strip() else "empty") for label, text in pieces]


def headings(of_lines: list[str]) -> list[tuple[int, str]]:
    """Return the line index and the text of each heading outside code fences and front matter."""
    found: list[tuple[int, str]] = []
    fence = ""
    for index in range(_front_matter(of_lines), len(of_lines)):
        line = of_lines[index].rstrip("\r\n")
        mark = _FENCE.match(line)
        if fence:
            fence = "" if mark and mark[1].startswith(fence) else fence
        elif mark:
            fence = mark[1]
        elif heading := _HEADING.match(line):
            found.append((index, _plain(heading[2]) or "untitled"))
        elif _UNDERLINE.match(line) and index and _may_be_title(of_lines[index - 1]):
            found.append((index - 1, _plain(of_lines[index - 1])))
    return found


def _front_matter(of_lines: list[str]) -> int:
    """Return how many lines a YAML block at the top takes."""
    if not of_lines or of_lines[0].rstrip() != "---":
        return 0
    ends = (index for index, line in enumerate(of_lines[1:100], 1) if line.rstrip() in {"---", "..."})
    return next(ends, -1) + 1


def _may_be_title(line: str) -> bool:
    return bool(re.match(r" {0,3}[^\s#>|*+\-\d`~]", line)) and len(line) < 200


def _plain(heading: str) -> str:
    """Return the heading without the marks of links, emphasis and code."""
    return re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", re.sub(r"[*`]|__", "", heading)).strip()
