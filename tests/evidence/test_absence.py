from typing import Any

import pytest

from rlm_app.citations import Citation, Verdict
from rlm_app.clients.offline_code import answer_cell, probe_cell, rank_cell
from rlm_app.events import CellStarted, Event, SubcallStarted
from rlm_app.evidence.absence import absence_of, says_absent, terms_of
from rlm_app.evidence.coverage import cover
from rlm_app.evidence.patterns import in_words
from rlm_app.types import Document, DocumentInfo

TEXT = "The tenant pays the rent each month. A termination for convenience needs ninety days of notice in writing.\n"
LEASE = Document(DocumentInfo("sha", "lease.txt", "txt", 1, len(TEXT), "lines", ()), TEXT)
AT: dict[str, Any] = {"run_id": "r", "at": 0.0, "depth": 0}


def cell(code: str) -> Event:
    return CellStarted(**AT, seq=1, call_id="0", parent_id=None, iteration=1, cell=1, code=code)


@pytest.mark.parametrize(
    ("code", "terms"),
    [
        ("print(context.find('termination fee'))", ("termination fee",)),
        ("import re\nfor m in re.finditer(r'penalt(y|ies)', context, re.I): print(m)", ("penalt(y|ies)",)),
        ("for w in ['break fee', 'penalty']:\n    if w in context: print(w)", ("break fee", "penalty")),
        ("print([p for p in context.split('\\n') if 'exit fee' in p])", ("exit fee",)),
        ("print('hello'); x = ['not', 'a', 'search']", ()),
        ("this is no Python at all", ()),
        ("searched_for = ['pets', 'dog']\nfor w in ['a b', 'c d']:\n    if w in context: print(w)", ("pets", "dog")),
        (
            "import re\nfor s in re.split(r'[.!?]\\s+(?=[A-Z])', context):\n    if re.search(r'\\bpets?\\b', s): 1",
            (r"\bpets?\b",),
        ),
    ],
)
def test_the_terms_are_what_cells_searched_for(code: str, terms: tuple[str, ...]) -> None:
    assert terms_of([cell(code)]) == terms


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("break fee", "break fee"),
        (r"penalt(y|ies)", "penalt(y or ies)"),
        (r"(?i)\bterminat\w*\s+for\s+cause\b", "terminat… for cause"),
        (r"notice.{0,80}?days", "notice…days"),
        (r"(?:pets?|animals?)\b", "(pet(s) or animal(s))"),
        (r"ARTICLE\s+[IVX]+\.", "ARTICLE …."),
        (r"解除|終了", "解除 or 終了"),
        (r"[^\W_]+(?:[-'’.][^\W_]+)*", ""),
        (r"[.!?]['\"”’)\]*]*(?=\s+['\"“‘(\[*]*[A-Z0-9])", ""),
        (r"\n[^\S\n]*\n\s*", ""),
        (r"[-*•–]\s|\(?\d{1,2}(?:\.\d+)*[.)]?\s+[A-Z]", ""),
    ],
)
def test_a_pattern_is_said_in_words_or_not_at_all(pattern: str, words: str) -> None:
    assert in_words(pattern) == words


def test_the_offline_backend_says_which_words_it_looks_for() -> None:
    cells = [probe_cell(), rank_cell("What is the penalty for `smoking` on the roof terrace?"), answer_cell()]
    assert terms_of([cell(code) for code in cells]) == ("penalty", "smoking", "roof", "terrace")


def test_an_absence_carries_what_was_read_searched_and_asked_and_what_came_nearest() -> None:
    prompt = f"Is there a fee in this?\n{TEXT[:60]}\u2403 Say NONE if not."
    asked = SubcallStarted(
        **{**AT, "depth": 1},
        seq=2,
        call_id="0.1",
        parent_id="0",
        iteration=1,
        cell=1,
        role="llm",
        model="m",
        prompt=prompt,
    )
    events = [cell("context.find('termination for a fee'); context.find('ninety days'); context.find('zebra')"), asked]
    absence = absence_of([LEASE], events, cover([LEASE], events))
    assert absence.coverage[0].spans == ((0, 60),)
    assert absence.terms == ("termination for a fee", "ninety days", "zebra")
    assert absence.counts == (0, TEXT.count("ninety days"), 0)
    assert absence.questions == ("Is there a fee in this? ␃ Say NONE if not.",)
    first, second = absence.misses
    assert (first.quote, second.quote) == ("termination for a fee", "ninety days")
    place = first.nearest or first
    assert "termination for" in TEXT[place.start : place.end]
    assert TEXT[second.start : second.end] == "ninety days"


@pytest.mark.parametrize(
    ("answer", "absent"),
    [
        ("The documents do not mention a break fee.", True),
        ("No such clause is stated in the contract.", True),
        ("Nothing relevant was found in lease.pdf.", True),
        ("A break fee could not be found.", True),
        ("The agreement doesn't say.", True),
        ("I found nothing about it.", True),
        ("I could not find a termination clause.", True),
        ("The contract is silent on this.", True),
        ("There isn’t any reference to Mars.", True),
        ("No such clause exists.", True),
        ("The documents provide no information about the CEO.", True),
        ("The lease lacks a renewal option.", True),
        ("Der Vertrag enthält keine Regelung dazu.", True),
        ("Le contrat ne le mentionne pas.", True),
        ("El documento no menciona esto.", True),
        ("Non è menzionato nei documenti.", True),
        ("O contrato não menciona isso.", True),
        ("Het staat niet in de documenten.", True),
        ("The fee is due in March.", False),
        ("The tenant may not assign the lease.", False),
        ("No party may assign the agreement to others.", False),
        ("There is no limit on liability.", False),
        ("Der Mieter darf nicht untervermieten.", False),
        ("Le preneur ne peut pas céder le bail.", False),
    ],
)
def test_an_answer_says_that_something_is_absent(answer: str, absent: bool) -> None:
    assert says_absent(answer) is absent
    assert not says_absent(answer, [Citation("q", Verdict.FOUND)])
