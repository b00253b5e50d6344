"""What a turn set out to do, in one line: the label of its row, the same for as long as the turn is shown."""

from __future__ import annotations

import re

from rlm_app.engine.tree import Turn
from rlm_app.ui import safe, titles, words

_SENTENCE = re.compile(r"(?<=[.!?:])\s+(?=[A-Z“\"(])")
_COMMENT = re.compile(r"^\s*#\s*(\S.*)$", re.M)
_MARKUP = re.compile(r"^[#>*\-\s]+|[*_`]{1,3}")
_CALLS = re.compile(r"\b(llm_query_batched|llm_query|rlm_query_batched|rlm_query|answer\[|FINAL)")

LIMIT = 96


def headline(turn: Turn, documents: int = 0) -> str:
    """Return what happened in the turn as its code tells it; where that has no plain words, what the model meant to do."""
    if turn.reply.purpose == "closing":
        return "the best answer from what was known at the limit"
    asked, ran = turn.code, tuple(cell.started.code for cell in turn.cells)
    code = ran + asked[len(ran) :]
    changed = bool(asked) and code != asked
    return titles.title(code, documents) or ("Ran code that a person had changed" if changed else intent(turn))


def intent(turn: Turn) -> str:
    """Return the first sentence of the reply's prose, else the first comment of its code, else what its code does."""
    for line in safe.prose(turn.reply.reply).splitlines():
        text = _MARKUP.sub("", line).strip()
        if len(text) > 3:
            return words.clip(_SENTENCE.split(text)[0].rstrip(":"), LIMIT)
    code = "\n".join(cell.started.code for cell in turn.cells) or turn.reply.reply
    comment = _COMMENT.search(code)
    if comment:
        return words.clip(comment.group(1), LIMIT)
    return _by_calls(code)


def _by_calls(code: str) -> str:
    used = set(_CALLS.findall(code))
    if used & {"answer[", "FINAL"}:
        return "Hands in the answer"
    if used:
        return "Asks models about parts of the documents"
    return "Looks into the documents" if code.strip() else "Replied with nothing"
