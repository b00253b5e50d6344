"""The little Markdown that models write, cut into blocks and runs that each kind of file draws in its own way."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rlm_app.evidence.quotes import locate_quotes

_OPEN, _SHUT = "\ue000", "\ue001"
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_FENCE = re.compile(r"^[ \t]*(```+|~~~+)")
_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*$")
_ITEM = re.compile(r"^\s*(?:([-*+])|(\d{1,4})[.)])\s+(.*)$")
_RULE = re.compile(r"^\s*(?:-{3,}|\*{3,}|_{3,})\s*$")
_CELLS_RULE = re.compile(r"^\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*$")
_PICTURE = re.compile(r"!\[([^\]\n]*)\]\(([^)\n]*)\)")
_LINK = re.compile(r"(?<!!)\[([^\]\n]*)\]\(([^)\n]*)\)")
_INLINE = re.compile(
    rf"{_OPEN}(?P<ref>\d+){_SHUT}|(?P<tick>`+)(?P<code>.+?)(?P=tick)|\*\*(?P<bold>.+?)\*\*"
    r"|(?<![\w*])[*_](?P<italic>[^*_\s](?:[^*_\n]*[^*_\s])?)[*_](?![\w*])",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text in one style; one with a `reference` is the mark of that quotation and has no other text."""

    text: str
    bold: bool = False
    italic: bool = False
    code: bool = False
    reference: int = 0


@dataclass(frozen=True, slots=True)
class Block:
    """A block: "heading" (of a `level`), "paragraph", "bullet", "number", "quote", "code", "rule" or "table" with `rows`."""

    kind: str
    runs: tuple[Run, ...] = ()
    level: int = 0
    rows: tuple[tuple[tuple[Run, ...], ...], ...] = ()


def with_marks(answer: str, quotes: Sequence[str]) -> str:
    """Return the answer with a mark behind each quotation that `blocks` makes a reference of."""
    answer = _PRIVATE.sub("", answer)
    for number, end in sorted(_ends(answer, quotes), key=lambda each: -each[1]):
        answer = f"{answer[:end]}{_OPEN}{number}{_SHUT}{answer[end:]}"
    return answer


def blocks(text: str) -> list[Block]:
    """Return the blocks of a text; links and pictures become words, for an address in a model's text may be a trap."""
    text = _LINK.sub(r"\1 (\2)", _PICTURE.sub(r"\1 (picture not included: \2)", text))
    return list(_blocks(text.split("\n")))


def plain(runs: Sequence[Run]) -> str:
    """Return the text of runs, their references as "[3]"."""
    return "".join(f"[{run.reference}]" if run.reference else run.text for run in runs)


def _ends(answer: str, quotes: Sequence[str]) -> list[tuple[int, int]]:
    """Return of each quotation that is in the answer its number and where it ends."""
    located = locate_quotes(answer)
    if [quoted.text for quoted in located] == list(quotes):
        return [(number, quoted.end) for number, quoted in enumerate(located, 1)]
    found, position = [], 0
    for number, quote in enumerate(quotes, 1):
        words = r"[\s>]+".join(map(re.escape, quote.split()))
        match = re.compile(words + "[”\"»’'*_]*").search(answer, position) if words else None
        if match:
            found.append((number, match.end()))
            position = match.end()
    return found


def _blocks(lines: list[str]) -> Iterator[Block]:
    at = 0
    while at < len(lines):
        line = lines[at]
        fence = _FENCE.match(line)
        if fence:
            end = next((n for n in range(at + 1, len(lines)) if lines[n].strip().startswith(fence[1])), len(lines))
            yield Block("code", (Run(_unmarked("\n".join(lines[at + 1 : end])), code=True),))
            at = end + 1
        elif "|" in line and at + 1 < len(lines) and "|" in lines[at + 1] and _CELLS_RULE.match(lines[at + 1]):
            end = next((n for n in range(at + 2, len(lines)) if "|" not in lines[n]), len(lines))
            yield Block("table", rows=tuple(_cells(row) for row in (line, *lines[at + 2 : end])))
            at = end
        elif line.strip():
            block, at = _text_block(lines, at)
            yield block
        else:
            at += 1


def _text_block(lines: list[str], at: int) -> tuple[Block, int]:
    line = lines[at]
    if heading := _HEADING.match(line):
        return Block("heading", _runs(heading[2]), len(heading[1])), at + 1
    if _RULE.match(line):
        return Block("rule"), at + 1
    if line.lstrip().startswith(">"):
        end = next((n for n in range(at, len(lines)) if not lines[n].lstrip().startswith(">")), len(lines))
        return Block("quote", _runs("\n".join(re.sub(r"^\s*(?:>\s?)+", "", each) for each in lines[at:end]))), end
    end = next((n for n in range(at + 1, len(lines)) if _begins_another(lines[n])), len(lines))
    if item := _ITEM.match(line):
        level = (len(line) - len(line.lstrip())) // 2
        text = "\n".join([item[3], *(each.strip() for each in lines[at + 1 : end])])
        return Block("number" if item[2] else "bullet", _runs(text), level), end
    return Block("paragraph", _runs("\n".join(lines[at:end]))), end


def _begins_another(line: str) -> bool:
    starts = (_FENCE, _HEADING, _ITEM, _RULE)
    return not line.strip() or line.lstrip().startswith((">", "|")) or any(start.match(line) for start in starts)


def _cells(line: str) -> tuple[tuple[Run, ...], ...]:
    return tuple(_runs(cell.strip()) for cell in line.strip().removeprefix("|").removesuffix("|").split("|"))


def _runs(text: str, *, bold: bool = False, italic: bool = False) -> tuple[Run, ...]:
    runs: list[Run] = []
    position = 0
    for found in _INLINE.finditer(text):
        runs.append(Run(text[position : found.start()], bold, italic))
        position = found.end()
        if found["ref"]:
            runs.append(Run("", reference=int(found["ref"])))
        elif found["code"] is not None:
            runs.append(Run(_unmarked(found["code"]), bold, italic, code=True))
        elif found["bold"] is not None:
            runs += _runs(found["bold"], bold=True, italic=italic)
        else:
            runs += _runs(found["italic"], bold=bold, italic=True)
    runs.append(Run(text[position:], bold, italic))
    return tuple(run for run in runs if run.text or run.reference)


def _unmarked(text: str) -> str:
    return re.sub(f"{_OPEN}\\d+{_SHUT}", "", text)
