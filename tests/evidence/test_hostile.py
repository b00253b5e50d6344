"""Answers, quotations and documents made to keep the verifier busy for ever: each is judged within seconds of computing."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from rlm_app.citations import Verdict
from rlm_app.engine.citing import Citer
from rlm_app.engine.recorder import Place, Recorder
from rlm_app.evidence.absence import says_absent
from rlm_app.evidence.answer import AnswerVerifier
from rlm_app.evidence.claims import claims_of
from rlm_app.evidence.index import Index
from rlm_app.evidence.quotes import find_quotes
from rlm_app.evidence.shown import Shown
from rlm_app.evidence.verify import verify_quote
from rlm_app.types import Document, DocumentInfo, Page
from rlm_app.ui.chips import with_chips

LONG = 30_000
SECONDS = 2.0
PROSE = "The tenant gives ninety days of notice in writing, and pays the rent of 4,200 euros until the end of it. "


@contextmanager
def limited(seconds: float = SECONDS) -> Iterator[None]:
    """Hold a block to seconds of computing, which other work on the machine does not count towards."""
    began = time.process_time()
    yield
    assert time.process_time() - began < seconds


def document(text: str) -> Document:
    pages = tuple(
        Page(str(number + 1), at, min(at + 3_000, len(text))) for number, at in enumerate(range(0, len(text), 3_000))
    )
    return Document(DocumentInfo("sha", "lease.pdf", "pdf", 1, len(text), "page", pages), text)


ANSWERS = {
    "an open fence": "`" * LONG,
    "an open fence of waves": "~" * LONG + " and so on",
    "blanks in a block": "> The" + " " * LONG + "tenant gives notice",
    "a source that does not end": "> The tenant gives notice (" + "p " * LONG,
    "open brackets": "> The tenant " + "(" * LONG,
    "open quotation marks": "“The tenant " * (LONG // 12),
    "many kinds of marks": "„The tenant «gives \"ninety 'days “of notice " * (LONG // 44),
    "open single marks": "‘the tenants ’s " * (LONG // 15),
    "single marks that may close": "‘the tenant" + " tenants’ rights" * (LONG // 16),
    "typed marks that may close": "'the tenant" + " tenants' rights" * (LONG // 16),
    "marks inward": "»the tenant ›gives ”ninety ‚days 「of " * (LONG // 36),
    "points": "“The" + "." * LONG + "tenant gives notice”",
    "blanks between numbers": "“It is 1" + " " * LONG + "2 of three”",
    "nothing but ellipses": "“" + "… " * LONG + "”",
    "a letter between ellipses": "“" + "t … " * LONG + "”",
    "a word between ellipses": "“" + "the tenant […] " * (LONG // 15) + "”",
    "a mark that does not end": "It is so [[c1" + ",c1" * LONG,
    "digits in a mark": "It is so [[c" + "1" * LONG,
    "hyphens": "“The " + "a-" * LONG + "”",
    "hyphens at line ends": "“The " + "a-\n" * LONG + "”",
    "apostrophes": "“The tenant" + "'" * LONG + "s notice”",
    "stars": "“The tenant " + "**" * LONG + "gives notice”",
    "links": "[a](" * (LONG // 4) + "[" * LONG,
    "a link that does not end": "[a](" + "b" * LONG,
    "blanks in a quotation": "“The tenant" + " " * LONG + "gives notice”",
    "negations": "not " * LONG,
    "items": "\n- It is 5" * (LONG // 10),
    "one letter, apart": "“" + "a " * LONG + "”",
    "one letter, together": "“it is " + "a" * LONG + "”",
    "the same word": "“" + "the " * LONG + "”",
    "a whole document": "“" + PROSE.strip() * 500 + " and no more”",
    "hundreds of false quotations": "".join(f"It says “{PROSE.replace('ninety', str(n))}”. " for n in range(300)),
}
DOCUMENTS = {
    "prose": PROSE * 600,
    "one letter, together": "a" * LONG,
    "one letter, apart": "a " * LONG,
    "the same word": "the " * LONG,
    "open notes": "[note: " * (LONG // 7),
    "empty lines": "a\n\n" * LONG,
    "dashes": "-" * LONG + "\n-" * LONG,
}


@pytest.mark.parametrize("kind", ANSWERS)
def test_an_answer_is_taken_apart_in_time(kind: str) -> None:
    answer = ANSWERS[kind]
    with limited():
        find_quotes(answer)
        claims_of(answer)
        says_absent(answer)
        with_chips(answer, ())


@pytest.mark.parametrize("text", DOCUMENTS)
def test_quotations_are_judged_in_time_whatever_the_document(text: str) -> None:
    verifier = AnswerVerifier([document(DOCUMENTS[text])])
    for answer in ANSWERS.values():
        with limited():
            verifier(answer)


def test_a_quotation_as_long_as_its_document_is_found_or_told_what_was_altered_in_it() -> None:
    sentences = [
        f"Section {number} obliges the tenant to keep room {number} clean and aired. " for number in range(900)
    ]
    index = Index("".join(sentences))
    with limited():
        assert verify_quote(index, "".join(sentences[:800]))[0] is Verdict.FOUND
        altered = "".join(sentences[:800]).replace("keep room 700 clean", "keep room 709 clean")
        verdict, start, end = verify_quote(index, altered)
    assert (verdict, start, end) == (Verdict.ALTERED, 0, len("".join(sentences[:800]).rstrip()))


def test_marks_by_the_thousand_are_written_out_in_time() -> None:
    text = PROSE * 20
    citer = Citer(AnswerVerifier([document(text)]))
    mark = citer.tool(Recorder("run", lambda event: None), Place(), lambda: 1)["cite"](PROSE.strip())
    with limited():
        written, unknown = citer.resolve(f"It is so {mark}. (see [[c99]]) " * 1_000)
    assert written.count("ninety days") >= 1
    assert "[[" not in written
    assert len(unknown) == 1_000


def test_lines_that_repeat_themselves_are_met_in_time_and_little_memory() -> None:
    lines = "| a | b |\n" * 190 + PROSE * 40
    shown = Shown([lines])
    with limited():
        held = shown.held("| a | b |\nno\n" * 20_000)
    assert len(held) == 20_000
    assert {len(each.places) for each in held} == {190}
