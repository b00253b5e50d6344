"""Making cells out of the files in `offline_cells/`: their text, with what they import from one another left out."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

from rlm_app.clients.offline_cells.rank import question_terms

_PACKAGE = "rlm_app.clients.offline_cells"
_PARTS = ("words", "text", "match", "passages", "rank", "ask", "answer")


def probe_cell() -> str:
    """Return the cell that looks at the context."""
    return _source("run_probe")


def rank_cell(question: str, *, last: bool = False) -> str:
    """Return the cell that ranks passages and makes the sub-calls; on the `last` turn it hands in the answer as well."""
    names = (*_PARTS, "run_rank", "run_answer") if last else (*_PARTS, "run_rank")
    terms, _ = question_terms(question)
    asked = f"question = {_quoted(question)}\nsearched_for = {_quoted(terms)}"
    return "\n\n".join([asked, *(_source(name) for name in names)])


def answer_cell() -> str:
    """Return the cell that hands in what the ranking cell left in the REPL."""
    return _source("run_answer")


def _quoted(value: str | list[str]) -> str:
    # A row of backticks would end the fence that the cell stands in.
    return json.dumps(value).replace("`", "\\u0060")


@cache
def _source(name: str) -> str:
    lines = (files(_PACKAGE) / f"{name}.py").read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if not line.startswith(f"from {_PACKAGE}")).strip()
