import json
import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rlm_app.engine.parsing import parse_reply

SAMPLES = Path(os.environ.get("RLM_SAMPLES", Path(__file__).resolve().parents[3] / "shared" / "samples"))
REFERENCE = re.compile(r"```repl\s*\n(.*?)\n```", re.DOTALL)


def cells(reply: str, finish: str = "stop") -> list[str]:
    return list(parse_reply(reply, finish).cells)


@pytest.mark.parametrize("mark", ["repl", "python", "py", "REPL", "Python", "python3"])
def test_a_fence_marked_as_code_is_a_cell(mark: str) -> None:
    assert cells(f"I look.\n```{mark}\nx = 1\nprint(x)\n```\nDone.") == ["x = 1\nprint(x)"]


@pytest.mark.parametrize("mark", ["", "json", "text", "bash", "replica"])
def test_a_fence_of_another_kind_is_no_cell(mark: str) -> None:
    assert cells(f"```{mark}\nx = 1\n```") == []


def test_crlf_indented_and_tilde_fences_are_cells() -> None:
    assert cells("```repl\r\nx = 1\r\n```\r\n") == ["x = 1"]
    assert cells("1. First:\n   ```repl\n   for i in y:\n       print(i)\n   ```") == ["for i in y:\n    print(i)"]
    assert cells("~~~repl\nx = 1\n~~~") == ["x = 1"]


def test_several_blocks_come_in_order() -> None:
    assert cells("```repl\na = 1\n```\nand\n```python\nb = 2\n```") == ["a = 1", "b = 2"]


def test_backticks_inside_a_string_do_not_end_the_block() -> None:
    code = 'text = """\n```\nquoted\n```\n"""\nprint(text)'
    assert cells(f"```repl\n{code}\n```\nThat is all.") == [code]


def test_broken_code_ends_at_the_first_closing_fence() -> None:
    assert cells("```repl\nx = (\n```\ntext\n```repl\ny = 1\n```") == ["x = (", "y = 1"]


def test_an_unclosed_last_block_runs_unless_the_reply_was_cut_off() -> None:
    assert cells("```repl\nx = 1") == ["x = 1"]
    parsed = parse_reply("```repl\na = 1\n```\n```repl\nx = 1", "length")
    assert parsed.cells == ("a = 1",)
    assert parsed.cut_off


def test_thoughts_are_not_run() -> None:
    assert cells("<think>\n```repl\nboom()\n```\n</think>\n```repl\nx = 1\n```") == ["x = 1"]


@pytest.mark.parametrize(
    ("prose", "cell"),
    [
        ("I am done.\nFINAL_VAR(result)", "FINAL_VAR('result')"),
        ('FINAL_VAR("result")', "FINAL_VAR('result')"),
        ("FINAL(The fee is 42 (forty-two).)", "FINAL('The fee is 42 (forty-two).')"),
        ('FINAL("quoted")', "FINAL('quoted')"),
        ("FINAL(answer_text)", "FINAL(answer_text)"),
        ("FINAL(two\nlines)", "FINAL('two\\nlines')"),
    ],
)
def test_a_closing_final_in_prose_runs_as_a_cell(prose: str, cell: str) -> None:
    assert cells(prose) == [cell]


@pytest.mark.parametrize(
    "prose",
    [
        "I could say FINAL(x) now.",
        "FINAL(x) is what I would write, but I go on.",
        "Use FINAL_VAR(name) when you are done.",
    ],
)
def test_talk_about_final_is_not_an_answer(prose: str) -> None:
    assert cells(prose) == []


def test_a_final_after_a_block_comes_after_it() -> None:
    assert cells("```repl\nx = 1\n```\nFINAL_VAR(x)") == ["x = 1", "FINAL_VAR('x')"]


def test_recorded_replies_give_the_recorded_blocks() -> None:
    path = SAMPLES / "trajectories" / "responses.jsonl"
    if not path.exists():
        pytest.skip(f"the sample trajectories are not at {path}")
    intended = {"FINAL(random_number)", "FINAL('x is set to 500.')"}  # the reference takes these from prose elsewhere
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert len(rows) == 58
    for row in rows:
        ours = [cell for cell in cells(row["response"]) if cell not in intended]
        assert ours == row["expected_code_blocks"], row["source"]


LINE = st.text(alphabet="abc xyz=1()#'", min_size=1, max_size=20).filter(lambda line: line.strip() == line != "")


@given(st.lists(st.one_of(LINE, st.lists(LINE, min_size=1, max_size=4)), max_size=6))
def test_plain_replies_give_what_a_plain_regex_gives(parts: list[str | list[str]]) -> None:
    reply = "\n".join(part if isinstance(part, str) else "```repl\n" + "\n".join(part) + "\n```" for part in parts)
    assert cells(reply) == [block.strip() for block in REFERENCE.findall(reply) if block.strip()]


@given(st.text(alphabet="`~repl\n \tx=1()FINAL_VAR'\"<think>/", max_size=200))
def test_no_reply_breaks_the_parser(reply: str) -> None:
    assert all(cell.strip() for cell in cells(reply))
