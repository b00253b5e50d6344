"""The offline model in a sub-call: it copies sentences out of what it is given."""

from __future__ import annotations

import re

from rlm_app.clients.offline_cells.match import Matcher, copied, pick, wants_figure
from rlm_app.clients.offline_cells.rank import question_terms

NONE = "NONE"
ENOUGH = 0.2

_ASKED = re.compile(
    r"<asked>(.*?)</asked>\s*<weights>(.*?)</weights>\s*<passage[^\n]* under=\"([^\n]*)\">\n(.*)\n</passage>", re.DOTALL
)
_WEIGHT = re.compile(r"(\S+) (\d+\.\d+)(?:; |$)")


def sub_reply(prompt: str) -> str:
    """Return the sentences of the prompt's passage that answer its question, word for word, or "NONE".

    The prompt is one that the ranking cell makes (`offline_cells/ask.py`), or any other: there the first and the last
    line are taken for the question and what lies between them for the passage.
    """
    made = _ASKED.search(prompt)
    if made:
        weights = {term: float(weight) for term, weight in _WEIGHT.findall(made[2])}
        return _copied(made[1], made[4], list(weights), list(weights.values()), made[3])
    lines = [line for line in prompt.splitlines() if line.strip()]
    question = " ".join([*lines[:1], *lines[-1:]])
    terms, emphasis = question_terms(question)
    weights_of = [abs(value) for value in emphasis]
    return _copied(question, "\n".join(lines[1:-1] if len(lines) > 2 else lines[:1]), terms, weights_of)


def _copied(question: str, passage: str, terms: list[str], weights: list[float], heading: str = "") -> str:
    matcher, figure = Matcher(terms), wants_figure(question)
    share = pick(passage, matcher, weights, figure, heading)[2]
    return copied(passage, matcher, weights, figure, heading) if share >= ENOUGH else NONE
