import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rlm_app.evidence.quotes import find_quotes, locate_quotes


@pytest.mark.parametrize(
    ("answer", "quotes"),
    [
        ('It says "the term is five years" there.', ["the term is five years"]),
        (
            "It says “the term is five years” and «la durée est de cinq ans».",
            ["the term is five years", "la durée est de cinq ans"],
        ),
        ("Er sagt „die Laufzeit beträgt fünf Jahre“ dort.", ["die Laufzeit beträgt fünf Jahre"]),
        ('The “Term” and "No" are short.', []),
        ('A 5" pipe and a 6" pipe are two of them.', []),
        ('He said "the fee\nis due today" then.', ["the fee\nis due today"]),
        ('An open "quotation that never ends\n\nand "the next one does end".', ["the next one does end"]),
        ("> The term is five years.\n> It may be renewed.\n", ["The term is five years.\nIt may be renewed."]),
        ("> The term is five years.\n>\n> — Agreement, page 4\n", ["The term is five years."]),
        ("> The term is five years. [a.pdf, page 4]\n", ["The term is five years."]),
        ('> "The term is five years." (a.pdf, p. 4)\n', ["The term is five years."]),
        ('```\nprint("the term is five years")\n```\nThe end.', []),
        ('“the ‘Initial Term’ is "five" years”', ['the ‘Initial Term’ is "five" years']),
        (
            '1. "the first of the quotes"; 2. "the second of the quotes".',
            ["the first of the quotes", "the second of the quotes"],
        ),
    ],
)
def test_quotations_are_what_stands_in_marks_or_in_block_quotes(answer: str, quotes: list[str]) -> None:
    assert find_quotes(answer) == quotes


@given(st.text(st.sampled_from(list('a b"“”«»>\n[]().`')), max_size=80))
@settings(deadline=None)
def test_places_are_inside_the_answer_in_order_and_apart(answer: str) -> None:
    located = locate_quotes(answer)
    edges = [edge for quoted in located for edge in (quoted.start, quoted.end)]
    assert edges == sorted(edges)
    assert all(0 <= edge <= len(answer) for edge in edges)
