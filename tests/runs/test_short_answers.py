import pytest

from rlm_app.runs.short_answers import SHORT, short_answer

FINDER = "These passages come closest. Nothing is concluded from them.\n\n“Fees are due within thirty days.” [a.txt, lines 1–2]"


@pytest.mark.parametrize(
    ("answer", "short"),
    [
        ("Ninety days.\n\nThe contract says so.", "Ninety days."),
        ("## Notice\nThe period is **ninety days**, in `§ 4`.", "Notice The period is ninety days, in § 4."),
        (
            "The periods are:\n\n- ninety days\n- thirty days\n\nThat is all.",
            "The periods are: ninety days thirty days",
        ),
        ("```\ncode\n```\n\nNinety days.", "Ninety days."),
        ("", ""),
        ("```\nonly code", ""),
    ],
)
def test_a_short_answer_is_the_first_thing_said_in_plain_words(answer: str, short: str) -> None:
    assert short_answer(answer) == short


def test_what_a_finder_says_of_itself_is_left_out() -> None:
    assert short_answer(FINDER, concludes=False).startswith("“Fees are due")
    assert short_answer("Nothing relevant was found.", concludes=False) == "Nothing relevant was found."


def test_a_long_answer_is_cut_between_words() -> None:
    short = short_answer("word, " * 100)
    assert len(short) <= SHORT
    assert short.endswith("word…")
