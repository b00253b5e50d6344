"""The offline model as the root of an RLM: a fixed plan of three turns, each a sentence and a cell."""

from __future__ import annotations

from rlm_app.clients.offline_code import answer_cell, probe_cell, rank_cell
from rlm_app.clients.roles import question_of, turn_of
from rlm_app.types import Request

_PLAN = (
    "I find and quote; I do not reason. My plan: look at the documents, rank their passages by the words of the "
    "question, have the best ones read for the sentences that fit, and hand those in word for word. First a look."
)
_RANK = "Now I rank all passages and send the best to sub-calls."
_ANSWER = "I hand in the sentences that came back, best first."
_AGAIN = "The last cell did not end well, so I rank and hand in within one cell."
_LAST = "This is the last turn, so I rank and hand in within one cell."
_GIVE_UP = (
    "No passages could be quoted: the cell that searches the documents failed twice. Nothing is claimed about what the "
    "documents say. The error is in the last turn of the timeline."
)
_NO_QUESTION = "No question was asked, so nothing was looked for."
_CLOSING = "The run reached its limit before passages were found and quoted. Nothing is claimed about the documents."


def root_reply(request: Request) -> str:
    """Return the reply of the next turn; it depends on the request alone."""
    question, turn, shown = question_of(request), turn_of(request), request.messages[-1].content
    if "without code" in shown:
        return _CLOSING
    if not question:
        return _with_cell(_NO_QUESTION, _submit(_NO_QUESTION))
    return _with_cell(*_step(question, turn, failed=_failed(shown), last="This is the last turn" in shown))


def _step(question: str, turn: int, *, failed: bool, last: bool) -> tuple[str, str]:
    """Return what is said and the cell that is run in this turn."""
    if failed and turn > 3:
        return _GIVE_UP, _submit(_GIVE_UP)
    if last and turn < 3:
        return _LAST, rank_cell(question, last=True)
    plan = {1: (_PLAN, probe_cell()), 2: (_RANK, rank_cell(question))}
    if turn in plan:
        return plan[turn]
    return (_AGAIN, rank_cell(question, last=True)) if failed else (_ANSWER, answer_cell())


def _failed(shown: str) -> bool:
    """Whether the last cell ended in an error or its variables are gone."""
    return (
        "Traceback (most recent call last)" in shown or "had to be restarted" in shown or "was stopped after" in shown
    )


def _submit(sentence: str) -> str:
    return f"FINAL({sentence!r})"


def _with_cell(sentence: str, cell: str) -> str:
    return f"{sentence}\n\n```repl\n{cell}\n```"
