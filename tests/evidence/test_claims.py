import pytest

from rlm_app.evidence.answer import AnswerVerifier
from rlm_app.evidence.claims import claims_of
from rlm_app.proofs import Claim, Support
from rlm_app.types import Document, DocumentInfo

CLAUSE = "the notice period is ninety days"
LEASE = Document(
    DocumentInfo("sha", "lease.pdf", "pdf", 1, 60, "page", ()), f"In the lease {CLAUSE}. The rent is due monthly."
)


def claims(answer: str) -> list[tuple[str, tuple[int, ...], bool]]:
    found = claims_of(answer, AnswerVerifier([LEASE])(answer))
    return [(claim.text, claim.citations, claim.unbound) for claim in found]


def test_a_quotation_stands_for_the_sentence_that_holds_it() -> None:
    answer = f"The lease can be ended. It takes 90 days (“{CLAUSE}” [lease.pdf, page 2]). Nothing else is said."
    first, second, third = claims(answer)
    assert first == ("The lease can be ended.", (), False)
    assert second[1:] == ((1,), False)
    assert third == ("Nothing else is said.", (), False)


def test_citations_of_an_older_run_stay_with_their_own_quotations_when_more_are_known_as_such_today() -> None:
    answer = f"The rent is high: ‘the rent is due monthly’. It takes long: “{CLAUSE}”."
    (older,) = AnswerVerifier([LEASE])(f"“{CLAUSE}”")
    assert [claim.citations for claim in claims_of(answer, (older,))] == [(), (1,)]


@pytest.mark.parametrize(
    "answer",
    [
        f"The lease takes 90 days. “{CLAUSE}” [lease.pdf, page 2]",
        f"The lease takes 90 days:\n\n> {CLAUSE}\n\n",
        f"- The lease takes 90 days:\n  “{CLAUSE}”\n",
    ],
)
def test_a_quotation_by_itself_stands_for_the_sentence_before_it(answer: str) -> None:
    ((text, citations, unbound),) = claims(answer)
    assert text.startswith("The lease takes 90 days")
    assert (citations, unbound) == ((1,), False)


@pytest.mark.parametrize(
    ("answer", "unbound"),
    [
        ("The rent is 1,200 euros a month.", True),
        ("The rent is 1,200 euros a month [lease.pdf, page 3].", True),
        ("The term is five years from now.", True),
        ("The rent is due every month [lease.pdf, page 3].", False),
        ("## 3. What the lease says\n\nThe rent is due every month.", False),
        ("2. The rent is due every month.", False),
        ("It is one of the first things said.", False),
    ],
)
def test_a_number_without_a_quotation_is_unbound(answer: str, unbound: bool) -> None:
    assert [claim[2] for claim in claims(answer)] == [unbound]


def test_a_short_form_or_an_initial_ends_no_sentence() -> None:
    first, second = (
        "Under Art. 5 the fee of e.g. J. Smith is due, cf. No. 7 of the list.",
        "The rest is free of charge.",
    )
    assert [claim[0] for claim in claims(f"{first} {second}")] == [first, second]


def test_places_are_those_of_the_answer_and_a_judgement_is_kept() -> None:
    answer = f"First, some words. The lease takes long: “{CLAUSE}”."
    first, second = claims_of(answer, AnswerVerifier([LEASE])(answer))
    assert answer[second.start : second.end].strip() == second.text
    judged = Claim(second.text, second.start, second.end, (1,), support=Support.PARTLY)
    assert claims_of(answer, AnswerVerifier([LEASE])(answer), [judged]) == (first, judged)


def test_code_and_an_empty_answer_claim_nothing() -> None:
    assert claims("") == []
    assert claims("```\nthe rent is 5 euros\n```\n") == []


def test_a_quotation_with_its_own_full_stop_ends_the_sentence_it_stands_in() -> None:
    answer = (
        "The rent is named: “The rent of 1,200 euros is due at once.” The notice is longer: “Ninety days of notice are "
        "given.” [lease.pdf, page 3] It may be shortened to 60 days. The clause “is read as it stands.” and holds."
    )
    assert [(text.split(":")[0].split(" “")[0], numbers, unbound) for text, numbers, unbound in claims(answer)] == [
        ("The rent is named", (1,), False),
        ("The notice is longer", (2,), False),
        ("It may be shortened to 60 days.", (), True),
        ("The clause", (3,), False),
    ]
