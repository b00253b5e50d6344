"""Reads the small markup in which the prose of the sample documents is written."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

NUMBERED = re.compile(r"^(\s*)((?:\d+\.)+\d+|\d+\.|\([A-Z]\)|\([a-z]\)|\(\d\)) (.+)$")
HEADING = re.compile(r"^(#{1,3}) (.+)$")
FIGURE = re.compile(r"[-+]?£?[\d,.]+%?|Nil")
INLINE = re.compile(r"(\*\*.+?\*\*|\*.+?\*|\[\^\d+\])")


@dataclass(frozen=True)
class Block:
    """One heading, paragraph, table or directive of a source file."""

    kind: str
    text: str = ""
    number: str = ""
    level: int = 0
    rows: tuple[tuple[str, ...], ...] = ()
    weights: tuple[float, ...] = field(default=())


def load(folder: Path) -> list[Block]:
    """Return the blocks of every Markdown file of a folder, in the order of the file names."""
    blocks: list[Block] = []
    for path in sorted(folder.glob("*.md")):
        lines = path.read_text(encoding="utf-8").splitlines()
        blocks += [parse_line(line, folder) for line in lines if line.strip()]
    return blocks


def parse_line(line: str, folder: Path) -> Block:
    """Turn one source line into a block."""
    if line.startswith("@"):
        return parse_directive(line, folder)
    if heading := HEADING.match(line):
        return Block("heading", heading[2], level=len(heading[1]))
    if numbered := NUMBERED.match(line):
        return Block("numbered", numbered[3], numbered[2], level=1 if numbered[1] else 0)
    return Block("para", line.strip())


def parse_directive(line: str, folder: Path) -> Block:
    """Turn a line that starts with @ into a block, reading the CSV file that it names."""
    name, _, rest = line[1:].partition(" ")
    if name in ("table", "figure"):
        file, caption, *weights = (part.strip() for part in rest.split("|"))
        numbers = tuple(float(w) for w in weights[0].split(",")) if weights else ()
        return Block(name, caption, rows=read_rows(folder / file), weights=numbers)
    if name == "fn":
        number, _, text = rest.partition(" ")
        return Block("fn", text, number)
    return Block(name, rest)


def read_rows(path: Path) -> tuple[tuple[str, ...], ...]:
    """Read a CSV file into rows of cells and check that every row has the same length."""
    with path.open(encoding="utf-8", newline="") as handle:
        rows = tuple(tuple(row) for row in csv.reader(handle))
    if len({len(row) for row in rows}) != 1:
        raise ValueError(f"{path.name}: rows of unequal length")
    return rows


def spans(text: str) -> list[tuple[str, str]]:
    """Split text into (style, words) pairs, the style being plain, bold, italic or note."""
    found: list[tuple[str, str]] = []
    for part in INLINE.split(text):
        if part.startswith("**"):
            found.append(("bold", part[2:-2]))
        elif part.startswith("*"):
            found.append(("italic", part[1:-1]))
        elif part.startswith("[^"):
            found.append(("note", part[2:-1]))
        elif part:
            found.append(("plain", part))
    return found


def to_reportlab(text: str) -> str:
    """Translate the inline marks of a line into reportlab's paragraph tags."""
    wrap = {
        "plain": "{}",
        "bold": "<b>{}</b>",
        "italic": "<i>{}</i>",
        "note": '<super>{0}</super><onDraw name="footmark" label="{0}"/>',
    }
    return "".join(wrap[style].format(escape(words, quote=False)) for style, words in spans(text))


def numeric_columns(rows: tuple[tuple[str, ...], ...]) -> list[bool]:
    """Tell which columns hold mostly figures, so that they should be set to the right."""
    columns = list(zip(*rows[1:], strict=True))
    return [index > 0 and mostly_figures(column) for index, column in enumerate(columns)]


def mostly_figures(cells: tuple[str, ...]) -> bool:
    """Tell whether more than three cells in five are figures or sums of money."""
    return sum(bool(FIGURE.fullmatch(cell)) for cell in cells) > 0.6 * len(cells)
