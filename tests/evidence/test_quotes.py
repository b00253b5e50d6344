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


@pytest.mark.parametrize(
    ("answer", "quotes"),
    [
        ("It says ‘the term is five years’ there.", ["the term is five years"]),
        ("It says: 'The term is five years.' Then 'the rent is due'.", ["The term is five years.", "the rent is due"]),
        ("'the tenants' rights are void after it', it says", ["the tenants' rights are void after it"]),
        ("‘the tenant’s duty is to pay’ and the tenants’ duty", ["the tenant’s duty is to pay"]),
        ("‘the “first term” is five years’", ["the “first term” is five years"]),
        ("the tenant's right to it and the landlord's, of the '90s and the tenants' own", []),
        ("A room of 5' by 6' and rock 'n' roll at 6 o'clock in the tenants' house", []),
        ("It looked for `text.find('the term is five years')` in it.", []),
        ("Er sagt ‚die Laufzeit beträgt fünf Jahre‘ dort.", ["die Laufzeit beträgt fünf Jahre"]),
        (
            "Er sagt »die Laufzeit beträgt fünf« und dann »die Miete ist hoch«.",
            ["die Laufzeit beträgt fünf", "die Miete ist hoch"],
        ),
        ("Il dit ‹la durée est de cinq ans›.", ["la durée est de cinq ans"]),
        ("Det står ”avtalet gäller i fem år” där.", ["avtalet gäller i fem år"]),
    ],
)
def test_marks_of_other_languages_and_single_ones_quote_and_apostrophes_do_not(answer: str, quotes: list[str]) -> None:
    assert find_quotes(answer) == quotes


@pytest.mark.parametrize(
    ("answer", "quotes"),
    [
        ("「契約期間は三十日とする」とある。", ["契約期間は三十日とする"]),
        ("合同规定“本协议自签字之日起生效”。", ["本协议自签字之日起生效"]),
        ("สัญญากล่าวว่า “สัญญานี้ทำขึ้นระหว่างคู่สัญญา”", ["สัญญานี้ทำขึ้นระหว่างคู่สัญญา"]),
        ("甲方称为“买方”。", []),
    ],
)
def test_a_script_without_blanks_is_quoted_though_it_has_no_three_words(answer: str, quotes: list[str]) -> None:
    assert find_quotes(answer) == quotes


@pytest.mark.parametrize(
    ("answer", "quotes"),
    [
        (
            'So "the Supplier (the "Vendor") shall [still] deliver" (p. 2).',
            ['the Supplier (the "Vendor") shall [still] deliver'],
        ),
        ('So "the Supplier known to all (as the "Vendor")".', ['the Supplier known to all (as the "Vendor")']),
        ('So "the Supplier known to all as the "Vendor"".', ['the Supplier known to all as the "Vendor"']),
        ("So “the Supplier (the “Vendor”) shall deliver”.", ["the Supplier (the “Vendor”) shall deliver"]),
        ("So “the «Vendor» shall deliver [all of it]”.", ["the «Vendor» shall deliver [all of it]"]),
        ("Car «le fournisseur (le «vendeur») livre».", ["le fournisseur (le «vendeur») livre"]),
        ("Denn »der Lieferant (der »Verkäufer«) liefert«.", ["der Lieferant (der »Verkäufer«) liefert"]),
        ("Denn „der Lieferant (der „Verkäufer“) liefert“.", ["der Lieferant (der „Verkäufer“) liefert"]),
        ('He said "yes it is so" and "no it is not".', ["yes it is so", "no it is not"]),
        ('An open "mark here, the "quick brown fox jumped" on.', ["quick brown fox jumped"]),
    ],
)
def test_a_quotation_may_hold_brackets_and_another_in_the_same_marks(answer: str, quotes: list[str]) -> None:
    assert find_quotes(answer) == quotes


def test_brackets_at_the_end_of_a_block_quote_may_be_its_own_or_name_its_source() -> None:
    (quoted,) = locate_quotes("> The fee is due (see section 4).\n> (a.pdf, page 1)\n")
    assert quoted.text == "The fee is due"
    assert quoted.longer == ("The fee is due (see section 4).\n(a.pdf, page 1)", "The fee is due (see section 4).")


@given(st.text(st.sampled_from(list("a b\"“”«»‘’'‚›‹「」s>\n[]().`")), max_size=80))
@settings(deadline=None)
def test_places_are_inside_the_answer_in_order_and_apart(answer: str) -> None:
    located = locate_quotes(answer)
    edges = [edge for quoted in located for edge in (quoted.start, quoted.end)]
    assert edges == sorted(edges)
    assert all(0 <= edge <= len(answer) for edge in edges)
