"""What a root model's reply asks to be run: fenced code, and FINAL or FINAL_VAR written in prose."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rlm_app import syntax

_OPEN = re.compile(r"^[ \t]*(?P<fence>`{3,}|~{3,})[ \t]*(?P<lang>repl|python3?|py)\b[^\n`]*$", re.IGNORECASE)
_PROSE_FINAL = re.compile(r"^[ \t]*(?P<form>FINAL_VAR|FINAL)\((?P<body>.*)\)[ \t]*\Z", re.MULTILINE | re.DOTALL)
_THOUGHT = re.compile(r"<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Parsed:
    """The cells a reply holds, in order. `cut_off` says that a last block was left out because the reply was cut off."""

    cells: tuple[str, ...]
    cut_off: bool = False


def parse_reply(reply: str, finish: str = "stop") -> Parsed:
    """Find the cells of a reply; `finish` is "length" when the model was cut off, so that its last block is unfinished.

    Blocks are fences marked repl, python or py, in any case and indentation, with LF or CRLF. A fence inside a string of
    the block does not end it. Text inside <think> tags is thought, not action.
    """
    text = _THOUGHT.sub("", reply.replace("\r\n", "\n"))
    lines = text.split("\n")
    cells: list[str] = []
    prose: list[str] = []
    at = 0
    cut_off = False
    while at < len(lines):
        opening = _OPEN.match(lines[at])
        if opening is None:
            prose.append(lines[at])
            at += 1
            continue
        end = _closing(lines, at + 1, opening["fence"])
        if end is None and finish == "length":
            cut_off = True
            break
        stop = len(lines) if end is None else end
        cells.append(_dedent(lines[at + 1 : stop]))
        prose = []
        at = stop if _reopens(lines, end) else stop + 1
    if not cut_off:
        cells.extend(_prose_final("\n".join(prose)))
    return Parsed(tuple(cell for cell in cells if cell.strip()), cut_off)


def _closing(lines: list[str], start: int, fence: str) -> int | None:
    """Return the line that ends the block: the first closing fence that leaves valid Python, or else the first one."""
    candidates = [
        index
        for index in range(start, len(lines))
        if lines[index].lstrip(" \t").startswith(fence) and "`" not in lines[index].lstrip(" \t`~")
    ]
    for index in candidates[:20]:
        if syntax.tree(_dedent(lines[start:index])) is not None:
            return index
    return candidates[0] if candidates else None


def _reopens(lines: list[str], end: int | None) -> bool:
    return end is not None and _OPEN.match(lines[end]) is not None


def _dedent(lines: list[str]) -> str:
    """Take off the indentation that the first line has from every line that has it, as an indented fence adds it to all."""
    first = next((line for line in lines if line.strip()), "")
    margin = first[: len(first) - len(first.lstrip(" \t"))]
    return "\n".join(line.removeprefix(margin) for line in lines).strip("\n").rstrip()


def _prose_final(prose: str) -> list[str]:
    """Turn a closing `FINAL(…)` or `FINAL_VAR(…)` outside any fence into the cell that means the same."""
    starts = [match.start() for match in re.finditer(r"^[ \t]*FINAL(?:_VAR)?\(", prose, re.MULTILINE)]
    if not starts:
        return []
    match = _PROSE_FINAL.match(prose.rstrip(), starts[-1])
    if match is None:
        return []
    body = match["body"].strip()
    if match["form"] == "FINAL_VAR":
        return [f"FINAL_VAR({body.strip(chr(34) + chr(39))!r})"]
    return [f"FINAL({body if body.isidentifier() else repr(_unquote(body))})"]


def _unquote(body: str) -> str:
    """Return the text of a Python string literal, or the text as it stands when it is none."""
    value = syntax.literal(body)
    return value if isinstance(value, str) else body
