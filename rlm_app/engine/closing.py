"""What a model's last reply says, when it was asked for an answer in plain text and no cell runs any more."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterator

from rlm_app import syntax
from rlm_app.engine.parsing import parse_reply

_CELL = re.compile(
    r"^[ \t]*(?P<fence>`{3,}|~{3,})[ \t]*repl\b[^\n`]*$.*?(?:^[ \t]*(?P=fence)[ \t]*$|\Z)",
    re.MULTILINE | re.DOTALL | re.IGNORECASE,
)
_THOUGHT = re.compile(r"<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL | re.IGNORECASE)


def answer_in(reply: str, finish: str = "stop") -> str:
    """Return the answer of a last reply: a text it hands in by code, or else its prose; "" when it holds neither.

    A model that is used to handing in by code often does so once more. That code is read, never run: what it hands in
    counts where it is written out as text. Blocks in other languages may be part of the answer and stay.
    """
    cells = parse_reply(reply, finish).cells
    handed_in = [text.strip() for cell in cells for text in _texts_handed_in(cell) if text.strip()]
    if handed_in:
        return handed_in[-1]
    said = _THOUGHT.sub("", reply)
    if said.strip() and without_cells(said) == said.replace("\r\n", "\n").strip():
        return reply
    return without_cells(said)


def without_cells(reply: str) -> str:
    """Return the reply without its blocks marked repl, and without the blanks around it."""
    return _CELL.sub("", reply.replace("\r\n", "\n")).strip()


def _texts_handed_in(cell: str) -> Iterator[str]:
    """Yield the texts that the cell would hand in by FINAL("…") or write to answer["content"]."""
    tree = syntax.tree(textwrap.dedent(cell))
    for node in ast.walk(tree) if tree else ():
        match node:
            case ast.Call(func=ast.Name(id="FINAL"), args=[ast.Constant(value=str(text))]):
                yield text
            case ast.Assign(
                targets=[ast.Subscript(value=ast.Name(id="answer"), slice=ast.Constant(value="content"))],
                value=ast.Constant(value=str(text)),
            ):
                yield text
