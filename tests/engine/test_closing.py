import pytest

from rlm_app.engine.closing import answer_in
from rlm_app.types import Limits
from tests.engine.loop import block, drive


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        ("Thirty days.", "Thirty days."),
        ("```repl\nFINAL('thirty days')\n```", "thirty days"),
        ('I hand it in.\n```repl\nanswer["content"] = "thirty days"\nanswer["ready"] = True\n```', "thirty days"),
        ("FINAL(thirty days)", "thirty days"),
        ("So far: thirty days.\n```repl\nprint(context)\n```", "So far: thirty days."),
        ("Use this:\n```python\nprint(1)\n```", "Use this:\n```python\nprint(1)\n```"),
        ("```repl\nprint(context)\n```", ""),
        ("```repl\nFINAL(found)\n```", ""),
        ("```repl\nprint(context", ""),
        ("<think>thirty?</think>\n", ""),
        ("  \n", ""),
    ],
)
def test_the_last_reply_is_read_for_its_answer_and_code_is_none(reply: str, answer: str) -> None:
    assert answer_in(reply) == answer


@pytest.mark.parametrize("last", ["", block("print(context)").removeprefix("I run this.\n")])
def test_a_last_reply_without_an_answer_gives_what_the_last_code_printed(last: str) -> None:
    run = drive([block("print('clause 7')"), last], limits=Limits(iterations=1))
    assert run.stop == "iterations"
    assert "wrote no answer" in run.answer
    assert "clause 7" in run.answer
    assert "```" not in run.answer
    assert run.trajectory.finished is not None
    assert run.trajectory.finished.error


def test_an_answer_that_the_last_reply_hands_in_by_code_is_taken_as_text() -> None:
    run = drive([block("print(1)"), block("FINAL('thirty days')")], limits=Limits(iterations=1))
    assert (run.answer, run.stop) == ("thirty days", "iterations")
