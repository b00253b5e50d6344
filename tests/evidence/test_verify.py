import json
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

from rlm_app.citations import Verdict
from rlm_app.documents.library import read
from rlm_app.evidence.index import Index
from rlm_app.evidence.verify import verify_quote
from rlm_app.types import Page

T = TypeVar("T")
TEXT = (
    "The Supplier shall, within 30 days of the invoice, pay a fee of 1,250.50 euros to the non-exclusive agent. "
    "It shall not assign this Agreement — in whole or in part — without consent.\n"
    "A party may re-sign the schedule; the techni-\ncal annex is long-\nterm. The “Initial Term” is unable to end early."
)
INDEX = Index(TEXT)


def verdict(quote: str) -> Verdict:
    return verify_quote(INDEX, quote)[0]


@pytest.mark.parametrize(
    "quote",
    [
        "The Supplier shall, within 30 days of the invoice",
        "the supplier shall,\nwithin  30\tdays of the INVOICE",
        "pay a fee of 1,250.50 euros to the non-exclusive agent.",
        "pay a fee of 1,250.50 euros to the non-\nexclusive agent",
        "It shall not assign this Agreement - in whole or in part - without consent",
        "It shall not assign this Agreement—in whole or in part—without consent",
        "the technical annex is long-term",
        "the tech-\nnical annex is longterm",
        "The 'Initial Term' is unable to end early.",
        "the Initial Term is unable to end early",
        "[t]he Supplier shall, within 30 days",
        "…within 30 days of the invoice, pay a fee…",
        "**shall not** assign this *Agreement*",
        "within 30 days of the invoice.",
        "It shall not assign this Agreement,",
    ],
)
def test_an_honest_quote_is_found(quote: str) -> None:
    assert verdict(quote) is Verdict.FOUND


@pytest.mark.parametrize(
    ("quote", "expected"),
    [
        ("The Supplier shall, within 60 days of the invoice", Verdict.ALTERED),
        ("The Supplier may, within 30 days of the invoice", Verdict.ALTERED),
        ("The Supplier shall, within 3 days of the invoice", Verdict.ALTERED),
        ("0 days of the invoice, pay a fee", Verdict.ALTERED),
        ("pay a fee of 1,250", Verdict.ALTERED),
        ("250.50 euros to the non-exclusive agent", Verdict.ALTERED),
        ("pay a fee of 1,250.5", Verdict.ALTERED),
        ("pay a fee of 125.050 euros", Verdict.ALTERED),
        ("pay a fee of -1,250.50 euros", Verdict.ALTERED),
        ("to the exclusive agent", Verdict.ALTERED),
        ("It shall assign this Agreement", Verdict.ALTERED),
        ("able to end early", Verdict.ALTERED),
        ("A party may resign the schedule", Verdict.CLOSE),
        ("The Initial Terms", Verdict.CLOSE),
        ("The Supplier shall, within 30 days of the order", Verdict.CLOSE),
        ("The moon shall be made of green cheese", Verdict.NOT_FOUND),
        ("days the of invoice Supplier within shall 30 The", Verdict.NOT_FOUND),
        ("", Verdict.NOT_FOUND),
        ("—", Verdict.NOT_FOUND),
        ("…", Verdict.NOT_FOUND),
    ],
)
def test_an_altered_quote_or_a_cut_word_or_number_is_not_found(quote: str, expected: Verdict) -> None:
    assert verdict(quote) is expected


@pytest.mark.parametrize(
    ("text", "quote", "expected"),
    [
        ("The result is notable to all of us.", "The result is not able to all of us", Verdict.ALTERED),
        ("The result is not able to all of us.", "The result is notable to all of us", Verdict.ALTERED),
        ("It goes nowhere in this case at all.", "It goes now here in this case at all", Verdict.ALTERED),
        ("The act is in valid form and so stays.", "The act is invalid form and so stays", Verdict.ALTERED),
        ("It does harm less often than before.", "It does harmless often than before", Verdict.ALTERED),
        ("The buyer cannot leave the house.", "The buyer can not leave the house", Verdict.FOUND),
        ("This agree ment ends on Monday.", "This agreement ends on Monday", Verdict.FOUND),
        ("He may-\nbe late for the day.", "He maybe late for the day", Verdict.FOUND),
    ],
)
def test_blanks_count_where_they_change_the_meaning(text: str, quote: str, expected: Verdict) -> None:
    assert verify_quote(Index(text), quote)[0] is expected


def test_the_place_is_that_of_the_original_with_its_outer_marks() -> None:
    _, start, end = verify_quote(INDEX, '"Initial  Term" is unable')
    assert TEXT[start:end] == "“Initial Term” is unable"


@pytest.mark.parametrize(
    ("quote", "expected"),
    [
        ("The Supplier shall … pay a fee of 1,250.50 euros", Verdict.FOUND_IN_PARTS),
        ("The Supplier shall... pay a fee of 1,250.50 euros", Verdict.FOUND_IN_PARTS),
        ("The Supplier shall, [...] pay a fee […] to the non-exclusive agent", Verdict.FOUND_IN_PARTS),
        ("pay a fee of 1,250.50 euros … The Supplier shall", Verdict.NOT_FOUND),
        ("The Supplier shall … pay a fee of 9,999 euros", Verdict.ALTERED),
        ("it … is … an … a", Verdict.NOT_FOUND),
    ],
)
def test_parts_are_found_in_their_order_only(quote: str, expected: Verdict) -> None:
    assert verdict(quote) is expected


def test_parts_that_are_far_apart_are_not_one_quotation() -> None:
    text = "The Supplier shall promptly " + "and so forth and on " * 300 + "pay the whole fee."
    assert verify_quote(Index(text), "The Supplier shall … pay the whole fee")[0] is Verdict.NOT_FOUND


def test_the_narrowest_stretch_of_parts_is_taken() -> None:
    text = "The buyer shall wait and wait. The buyer shall pay the whole fee."
    _, start, end = verify_quote(Index(text), "The buyer shall … the whole fee")
    assert text[start:end] == "The buyer shall pay the whole fee"


def test_a_sentence_that_goes_on_over_a_page_turn_is_found_in_spite_of_running_heads() -> None:
    body = ["The lease ends when the ten-", "ant leaves the house and", "returns the keys to us."]
    pages, text = [], ""
    for number, line in enumerate(body, 1):
        page = f"Lease of a house: part {number}\n{line}\nPage {number} of 3\n\n"
        pages.append(Page(str(number), len(text), len(text) + len(page)))
        text += page
    _, start, end = verify_quote(Index(text, pages), "ends when the tenant leaves the house and returns the keys")
    assert text[start:end].startswith("ends when")
    assert text[start:end].endswith("the keys")


@pytest.mark.parametrize(
    ("text", "quote"), [("我们同意支付费用。", "同意支付"), ("naïve cafés open", "naïve cafés"), ("x½ y", "½")]
)
def test_scripts_and_signs_of_all_kinds_are_found(text: str, quote: str) -> None:
    _, start, end = verify_quote(Index(text), quote)
    assert text[start:end] == quote


def test_a_letter_without_its_accent_is_another_letter() -> None:
    assert verify_quote(Index("the naïve café closes"), "the naïve cafe")[0] is Verdict.CLOSE


def test_each_gold_clause_of_the_contracts_is_found_at_its_true_place(samples: Path) -> None:
    indexes: dict[str, Index] = {}
    for line in (samples / "qa" / "contracts.jsonl").read_text().splitlines():
        row = json.loads(line)
        if row["doc"] not in indexes:
            indexes[row["doc"]] = Index(read(samples / row["doc"], row["doc"]).text)
        expected = (Verdict.FOUND, row["start"], row["end"])
        assert verify_quote(indexes[row["doc"]], row["answer"]) == expected


def test_each_probe_of_the_pdfs_is_found_on_its_true_page(samples: Path) -> None:
    read_once: dict[str, tuple[Index, tuple[Page, ...]]] = {}
    for line in (samples / "qa" / "pdf_page_probes.jsonl").read_text().splitlines():
        row = json.loads(line)
        name = Path(row["file"]).name
        if name not in read_once:
            document = read(samples / "documents" / name, name)
            read_once[name] = (Index(document.text, document.info.pages), document.info.pages)
        index, pages = read_once[name]
        found, start, end = verify_quote(index, row["text"])
        page = pages[row["page"] - 1]
        assert found is Verdict.FOUND
        assert page.start <= start < end <= page.end


def test_a_million_characters_are_ready_in_time_and_quotes_found_at_once() -> None:
    rng = random.Random(5)
    words = ["".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=rng.randint(2, 9))) for _ in range(4_000)]
    words += ["“quoted”", "it’s", "long-term", "1,250", "café", "ﬁne"] * 20
    text = " ".join(rng.choices(words, k=160_000))[:1_000_000]
    index, build = timed(lambda: Index(text))
    quotes = [text[at : at + 200].split(" ", 1)[1].rsplit(" ", 1)[0] for at in rng.choices(range(900_000), k=100)]
    verdicts, look = timed(lambda: [verify_quote(index, quote)[0] for quote in quotes])
    assert set(verdicts) == {Verdict.FOUND}
    assert build < 0.4 * SLACK
    assert look / len(quotes) < 0.001 * SLACK


# The machine that runs the tests may be busy; the figures themselves are met with a factor of two to spare when it is not.
SLACK = 4


def timed(work: Callable[[], T]) -> tuple[T, float]:
    began = time.process_time()
    result = work()
    return result, time.process_time() - began


def test_a_sentence_is_found_in_spite_of_a_note_that_is_anchored_in_it() -> None:
    text = "The tenant [note: Or whoever lives there.] pays the rent every month."
    for quote in ("The tenant pays the rent", "The tenant [note: Or whoever lives there.] pays the rent"):
        assert verify_quote(Index(text), quote) == (Verdict.FOUND, 0, text.index(" every"))


@pytest.mark.parametrize(
    ("said", "quote"),
    [
        ("the hall has 5² metres of floor", "the hall has 52 metres of floor"),
        ("the road has 103 km of length", "the road has 10³ km of length"),
        ("a rate of 2³4 holds for all", "a rate of 234 holds for all"),
    ],
)
def test_an_exponent_beside_a_digit_is_another_number(said: str, quote: str) -> None:
    assert verify_quote(Index(said), said)[0] is Verdict.FOUND
    assert verify_quote(Index(said), quote)[0] is Verdict.ALTERED


def test_an_exponent_or_index_beside_a_letter_may_be_written_as_a_digit() -> None:
    assert verify_quote(Index("where x² + y² of H₂O is meant"), "where x2 + y2 of H2O is meant")[0] is Verdict.FOUND


def test_the_writers_own_sic_and_a_backslash_before_the_closing_mark_are_no_part_of_the_quotation() -> None:
    assert verdict("It shall not [sic] assign this Agreement") is Verdict.FOUND
    assert verdict("It shall not assign this Agreement\\") is Verdict.FOUND
    assert verdict("It shall [sic] assign this Agreement") is Verdict.ALTERED
