"""An answer with its references as Markdown, in which what the model and the documents wrote has no links or pictures."""

from __future__ import annotations

import re

from rlm_app.exports.blocks import Block, Run
from rlm_app.exports.listing import Paper

_SIGNS = re.compile(r"([\\`*_\[\]<>#|!$~])")
_ADDRESS = re.compile(r"(?i)(?:https?|ftp)://|www\.|mailto:")


def markdown(paper: Paper) -> bytes:
    """Return the document as UTF-8."""
    lines = [f"# {_plain(' '.join(paper.question.split()))}", "", *_answer(paper), "", "## References", ""]
    for reference in paper.references:
        place = f" ({_plain(reference.place)})" if reference.place else ""
        lines.append(f"{reference.number}. **{reference.verdict}**{place}: “{_plain(_line(reference.quote))}”")
        if reference.detail:
            lines.append(f"   {_plain(_line(reference.detail))}")
    lines += ["", paper.sentence, "", "## The run", ""]
    lines += [f"- {label}: {_plain(_line(value))}" for label, value in paper.facts]
    return ("\n".join(lines) + "\n").encode()


def _answer(paper: Paper) -> list[str]:
    return [line for block in paper.answer for line in (*_lines(block).split("\n"), "")][:-1]


def _lines(block: Block) -> str:
    text = "".join(map(_run, block.runs))
    match block.kind:
        case "heading":
            text = f"{'#' * min(block.level + 2, 6)} {text}"
        case "bullet":
            text = f"{'  ' * block.level}- {text}"
        case "number":
            text = f"{'  ' * block.level}1. {text}"
        case "quote":
            text = "\n".join(f"> {line}" for line in text.split("\n"))
        case "code":
            text = _fenced("".join(run.text for run in block.runs))
        case "rule":
            text = "---"
        case "table":
            text = _table(block)
    return text


def _fenced(code: str) -> str:
    fence = "`" * max(3, max((len(run) for run in re.findall("`+", code)), default=0) + 1)
    return f"{fence}\n{code}\n{fence}"


def _table(block: Block) -> str:
    rows = [f"| {' | '.join(''.join(map(_run, cell)) for cell in row)} |" for row in block.rows]
    return "\n".join([rows[0], "|" + "---|" * len(block.rows[0]), *rows[1:]])


def _run(run: Run) -> str:
    if run.reference:
        return f" [{run.reference}]"
    if run.code:
        ticks = "`" * (max((len(found) for found in re.findall("`+", run.text)), default=0) + 1)
        return f"{ticks}{run.text}{ticks}"
    text = _plain(run.text)
    # Emphasis must not begin or end with a blank.
    inner = text.strip()
    if not inner or not (run.bold or run.italic):
        return text
    sign = "**" * run.bold + "*" * run.italic
    return text.replace(inner, f"{sign}{inner}{sign}", 1)


def _plain(text: str) -> str:
    """Return text in which no sign means anything; a program that links addresses by itself finds none."""
    return _ADDRESS.sub(
        lambda found: "\u2060".join(found.group().partition(":" if ":" in found.group() else ".")),
        _SIGNS.sub(r"\\\1", text),
    )


def _line(text: str) -> str:
    return " ".join(text.split())
