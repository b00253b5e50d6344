"""What a command says of a number that cannot be meant; argparse ends the program with exit code 2."""

from __future__ import annotations

import pytest

from rlm_app.cli import main


@pytest.mark.parametrize(
    "arguments",
    [
        ["runs", "--limit", "-1"],
        ["runs", "--limit", "0"],
        ["runs", "--limit", "many"],
        ["runs", "--limit", "9" * 30],
        ["serve", "--port", "0"],
        ["serve", "--port", "70000"],
        ["fork", "abc", "--turn", "-1"],
    ],
    ids=" ".join,
)
def test_a_number_that_cannot_be_meant_is_one_sentence_before_anything_is_opened(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    said = capsys.readouterr().err.splitlines()[-1]
    assert ended.value.code == 2
    assert f"'{arguments[-1]}' was given; give a whole number from" in said
    assert len(said) < 200
