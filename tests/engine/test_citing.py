"""`cite()` in the REPL, its marks in answers, and the second look at claims."""

from collections.abc import Callable, Sequence

import pytest

from rlm_app.cancel import CancelToken
from rlm_app.citations import Verdict
from rlm_app.clients.scripted import ScriptedClient
from rlm_app.engine.budget import Budget
from rlm_app.engine.citing import Citer
from rlm_app.engine.handler import LMHandler, Models
from rlm_app.engine.journal import MemoryJournal
from rlm_app.engine.recorder import Place, Recorder
from rlm_app.engine.replay import Replay
from rlm_app.engine.rlm import RLM
from rlm_app.engine.runtime import Runtime
from rlm_app.engine.session import Job, run_job
from rlm_app.engine.supporting import parse_judgement
from rlm_app.environments.local import LocalREPL
from rlm_app.errors import ClientError
from rlm_app.events import Event
from rlm_app.evidence.answer import AnswerVerifier
from rlm_app.evidence.claims import claims_of
from rlm_app.proofs import Support
from rlm_app.types import Document, DocumentInfo, Limits, Page, Request
from tests.engine.loop import Run, block

TEXT = "The notice period under this lease is ninety days. The rent may be raised once in each year.\n"
LEASE = Document(
    DocumentInfo("sha", "lease.pdf", "pdf", 1, len(TEXT), "page", (Page("1", 0, 50), Page("2", 50, len(TEXT)))), TEXT
)
NOTICE = "The notice period under this lease is ninety days"
RENT = "The rent may be raised once in each year"


def ask(
    *replies: str,
    judge: Callable[[Request], str] = lambda request: "SUPPORTED\nIt says so.",
    support: bool = False,
    before: Sequence[Event] = (),
    limits: Limits | None = None,
    journal: MemoryJournal | None = None,
) -> Run:
    verifier = AnswerVerifier([LEASE])
    root = ScriptedClient("root", replies)
    sub = ScriptedClient("sub", judge)
    events: list[Event] = []
    handler = LMHandler(Models(root, sub), Budget(limits or Limits()), journal or MemoryJournal(), CancelToken())
    recorder = Recorder("run", events.append, replay=Replay(before))
    runtime = Runtime(handler, recorder, LocalREPL(), citer=Citer(verifier))
    job = Job(TEXT, "What?", (LEASE.info,), verifier=verifier, claims=claims_of if support else None)
    return Run(run_job(runtime, job, RLM(runtime)), None, events, root, sub, before)


def answer(text: str) -> str:
    return block(f"FINAL({text!r})")


@pytest.fixture(scope="module")
def cited() -> Run:
    quote = "print(cite(context[:49], 'lease.pdf'), cite(context[51:91]), cite(context[:49]))"
    return ask(block(quote), answer("It takes ninety days [[c1]]. The rent may rise [[c2]] or [[c9]] not."))


def test_cite_gives_one_mark_for_each_quotation(cited: Run) -> None:
    assert cited.stdout() == "[[c1]] [[c2]] [[c1]]\n"
    assert [each.mark for each in cited.trajectory.tried] == ["c1", "c2", "c1"]


def test_a_mark_in_the_answer_becomes_the_quotation_with_its_place(cited: Run) -> None:
    first = f"It takes ninety days (“{NOTICE}” [lease.pdf, page 1])."
    assert cited.answer == f"{first} The rent may rise (“{RENT}” [lease.pdf, page 2]) or not."
    assert cited.trajectory.finished is not None
    assert cited.trajectory.finished.answer == cited.answer
    found = [(each.verdict, each.page, each.mark) for each in cited.trajectory.citations]
    assert found == [(Verdict.FOUND, "1", "c1"), (Verdict.FOUND, "2", "c2")]


def test_a_mark_that_nobody_gave_is_taken_out_and_that_is_noticed(cited: Run) -> None:
    assert cited.topics == ["unknown citation"]


def test_the_prompt_tells_of_cite(cited: Run) -> None:
    assert "cite(quote, document=None)" in cited.prompt(1).messages[0].content


@pytest.mark.parametrize(
    ("written", "resolved"),
    [
        (f"“{NOTICE}” [[c1]].", f"“{NOTICE}” [lease.pdf, page 1]."),
        (f"“{NOTICE}” [lease.pdf, page 1] [[c1]].", f"“{NOTICE}” [lease.pdf, page 1]."),
        ("Both [[c1, c2]].", f"Both (“{NOTICE}” [lease.pdf, page 1]) (“{RENT}” [lease.pdf, page 2])."),
        ("None at all.", "None at all."),
    ],
)
def test_a_mark_behind_its_own_quotation_becomes_the_place(written: str, resolved: str) -> None:
    citer = Citer(AnswerVerifier([LEASE]))
    cite = citer.tool(Recorder("run", lambda event: None), Place(), lambda: 1)["cite"]
    assert [cite(NOTICE), cite(RENT)] == ["[[c1]]", "[[c2]]"]
    assert citer.resolve(written) == (resolved, ())


def test_a_quotation_that_is_refused_raises_with_the_passage_and_the_words_that_differ() -> None:
    code = "try:\n    cite('The notice period under this lease is sixty days')\nexcept Exception as error:\n    print(error)"
    run = ask(block(code), block("cite('too short')"), answer("Nothing."))
    assert "Altered" in run.stdout()
    assert "“sixty” for “ninety”" in run.stdout()
    assert "lease.pdf, page 1, reads: “The notice period under this lease is ninety days”" in run.stdout()
    assert [each.verdict for each in run.trajectory.tried] == [Verdict.ALTERED]
    assert "three words" in run.shown(3)
    assert run.trajectory.citations == []


def test_a_run_gone_through_again_records_no_citation_twice() -> None:
    journal = MemoryJournal()
    replies = (block("mark = cite(context[:49]); print(mark)"), answer("It takes ninety days [[c1]]."))
    whole = ask(*replies, journal=journal)
    until = next(at for at, event in enumerate(whole.events) if event.kind == "Cited") + 1
    again = ask(*replies, before=whole.events[:until], journal=journal)
    assert again.answer == whole.answer
    assert [event.kind for event in [*again.before, *again.events]].count("Cited") == 2


def test_each_claim_with_a_quotation_is_judged_by_the_sub_model_through_the_gate() -> None:
    text = f"It takes ninety days (“{NOTICE}”). The rent never rises (“{RENT}”). It costs 5 euros."
    run = ask(
        answer(text),
        support=True,
        judge=lambda request: (
            "NOT\nIt may rise." if "rent never rises" in request.messages[-1].content else "SUPPORTED"
        ),
    )
    judged = sorted(run.trajectory.claims, key=lambda claim: claim.start)
    assert [(claim.support, claim.reason) for claim in judged] == [
        (Support.SUPPORTED, ""),
        (Support.NOT_SUPPORTED, "It may rise."),
    ]
    assert run.trajectory.finished is not None
    assert run.trajectory.finished.usage.calls == run.trajectory.usage.calls == 3
    assert {claim.text for claim in claims_of(run.answer, run.trajectory.citations, judged)} >= {judged[0].text}


def test_support_is_asked_only_when_wanted_and_only_within_the_limits() -> None:
    text = f"It takes ninety days (“{NOTICE}”)."
    assert ask(answer(text)).sub.requests == []
    run = ask(answer(text), support=True, limits=Limits(subcalls=0))
    (claim,) = run.trajectory.claims
    assert claim.support is Support.NOT_CHECKED
    assert claim.reason.startswith("Not asked")
    assert run.sub.requests == []


def test_a_sub_model_that_fails_or_a_quotation_that_is_nowhere_judges_nothing() -> None:
    (claim,) = ask(answer(f"It takes days (“{NOTICE}”)."), support=True, judge=_fail).trajectory.claims
    assert claim.support is Support.NOT_CHECKED
    run = ask(answer("It takes days (“a lease of some other kind of house”)."), support=True)
    assert [claim.support for claim in run.trajectory.claims] == [Support.NOT_SUPPORTED]
    assert run.sub.requests == []


def _fail(request: Request) -> str:
    raise ClientError("the provider is down")


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("SUPPORTED\nIt says so.", (Support.SUPPORTED, "It says so.")),
        ("PARTLY: only for tenants", (Support.PARTLY, "only for tenants")),
        (" NOT.", (Support.NOT_SUPPORTED, "")),
        ("NOTHING here", (Support.NOT_CHECKED, "The sub-model's reply could not be read as a judgement.")),
        ("I think it is SUPPORTED", (Support.NOT_CHECKED, "The sub-model's reply could not be read as a judgement.")),
        ("", (Support.NOT_CHECKED, "The sub-model's reply could not be read as a judgement.")),
    ],
)
def test_a_judgement_is_read_strictly(reply: str, expected: tuple[Support, str]) -> None:
    assert parse_judgement(reply) == expected
