"""The offline model as the root of an RLM: a fixed plan of three turns, each a sentence and a cell."""

from __future__ import annotations

from rlm_app.clients.offline_code import answer_cell, probe_cell, rank_cell
from rlm_app.clients.roles import question_of, turn_on_question
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
_FAILURES = ("Traceback (most recent call last)", "had to be restarted", "was stopped after")
_CLOSING = "The run reached its limit before passages were found and quoted. Nothing is claimed about the documents."


def root_reply(request: Request) -> str:
    """Return the reply of the next turn; it depends on the request alone."""
    question, turn, shown = question_of(request), turn_on_question(request), request.messages[-1].content
    if "without code" in shown or "Write no code" in shown:
        return _CLOSING
    if not question:
        return _with_cell(_NO_QUESTION, _submit(_NO_QUESTION))
    return _with_cell(*_step(question, turn, _state(request), last="This is the last turn" in shown))


def _step(question: str, turn: int, state: str, *, last: bool) -> tuple[str, str]:
    """Return what is said and the cell that is run in this turn."""
    if state == "failed again":
        return _GIVE_UP, _submit(_GIVE_UP)
    if last and turn < 3:
        return _LAST, rank_cell(question, last=True)
    plan = {1: (_PLAN, probe_cell()), 2: (_RANK, rank_cell(question))}
    if turn in plan:
        return plan[turn]
    return (_ANSWER, answer_cell()) if state == "well" else (_AGAIN, rank_cell(question, last=True))


def _state(request: Request) -> str:
    """Return how the last cell ended: "well", "failed", or "failed again" when it was the second attempt."""
    shown = request.messages[-1].content
    if not any(sign in shown for sign in _FAILURES):
        return "well"
    return "failed again" if request.messages[-2].content.startswith(_AGAIN) else "failed"


def _submit(sentence: str) -> str:
    return f"FINAL({sentence!r})"


def _with_cell(sentence: str, cell: str) -> str:
    return f"{sentence}\n\n```repl\n{cell}\n```"
