"""An answer that carries its proof, from the file to the record: cite(), claims, what was read, what was looked for."""

import json
from pathlib import Path
from typing import Any

import pytest

from rlm_app.build import App, open_app
from rlm_app.citations import Verdict
from rlm_app.evidence.absence import absence_of, says_absent
from rlm_app.evidence.claims import claims_of
from rlm_app.evidence.coverage import cover, finder
from rlm_app.proofs import Support
from rlm_app.records import RunRecord, RunSpec
from rlm_app.settings import Settings
from rlm_app.types import Limits, RunState

RENT = "The rent of 1,200 euros is due on the third day of each month and is paid to the landlord's bank."
NOTICE = "Either party may end this lease with ninety days of notice, given in writing to the other one."
TEXT = f"# Lease\n\n{RENT}\n\n# Ending\n\n{NOTICE}\n\n# Garden\n\nThe garden is for all who live in the house.\n"


def block(code: str) -> str:
    return f"I run this.\n```repl\n{code}\n```"


def answered(
    folder: Path, root: list[str], sub: str = "SUPPORTED\nIt says so.", **fields: Any
) -> tuple[App, RunRecord]:
    script, lease = folder / "script.json", folder / "lease.md"
    script.write_text(json.dumps({"root": root, "sub": sub}), encoding="utf-8")
    lease.write_text(TEXT, encoding="utf-8")
    app = open_app(Settings(home=folder / "home", script=script))
    info = app.add_file(lease, "lease.md", "ann")
    spec = RunSpec("What is said?", (info.sha256,), "scripted", "scripted", "scripted", limits=Limits(), **fields)
    return app, app.manager.wait(app.start(spec, "ann"), 30)


def test_a_run_cites_judges_its_claims_and_knows_what_it_read(tmp_path: Path) -> None:
    look = f"at = context.index({RENT[:9]!r})\nprint(context[at:at + {len(RENT)}])\nprint(cite(context[at:at + {len(RENT)}]))"
    handed_in = "The rent is 1,200 euros [[c1]]. A dog costs 50 euros more."
    app, record = answered(tmp_path, [block(look), block(f"FINAL({handed_in!r})")], support=True)
    try:
        assert record.state is RunState.DONE
        assert record.answer.startswith(f"The rent is 1,200 euros (“{RENT}” [lease.md, section Lease]).")
        assert (record.quotes_found, record.quotes_total, record.usage.calls) == (1, 1, 3)
        trajectory = app.trajectory(record.id, "ann")
        document = app.document(record.spec.documents[0], "ann")
        assert trajectory is not None
        assert document is not None
        (citation,) = trajectory.citations
        assert (citation.verdict, citation.mark, citation.document) == (Verdict.FOUND, "c1", "lease.md")
        rent, dog = claims_of(record.answer, trajectory.citations, trajectory.claims)
        assert (rent.support, rent.citations, dog.unbound) == (Support.SUPPORTED, (1,), True)

        events = app.store.events(record.id, "ann")
        (coverage,) = cover([document], events)
        assert [document.text[start:end].strip() for start, end in coverage.spans] == [RENT]
        found = finder(citation, [coverage])
        assert found is not None
        assert (found.call_id, found.turn) == ("0", 2)
    finally:
        app.close()


def test_an_answer_that_something_is_not_there_says_where_it_looked(tmp_path: Path) -> None:
    look = "print([word for word in ['notice of a dog', 'ninety days'] if word in context])"
    app, record = answered(tmp_path, [block(look), block("FINAL('The lease does not say anything on dogs.')")])
    try:
        trajectory = app.trajectory(record.id, "ann")
        assert trajectory is not None
        assert says_absent(record.answer, trajectory.citations)
        document, events = app.document(record.spec.documents[0], "ann"), app.store.events(record.id, "ann")
        assert document is not None
        absence = absence_of([document], events, cover([document], events))
        assert absence.terms == ("notice of a dog", "ninety days")
        assert absence.coverage[0].share == 0
        assert [miss.verdict for miss in absence.misses][-1] is Verdict.FOUND
    finally:
        app.close()


@pytest.mark.parametrize("support", [False, True])
def test_the_second_look_is_taken_only_when_it_is_asked_for(tmp_path: Path, support: bool) -> None:
    app, record = answered(tmp_path, [block(f"FINAL('It takes long: “{NOTICE}”')")], support=support)
    try:
        trajectory = app.trajectory(record.id, "ann")
        assert trajectory is not None
        assert (len(trajectory.claims), record.usage.calls) == ((1, 2) if support else (0, 1))
    finally:
        app.close()
