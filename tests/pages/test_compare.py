from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from rlm_app.build import App
from rlm_app.citations import Citation, Verdict
from rlm_app.engine.trajectory import Trajectory
from rlm_app.events import CellFinished, CellStarted, Cited, Event, ModelReplied
from rlm_app.types import NO_USAGE, DocumentInfo, RunState
from rlm_app.ui import comparing, repeats, shell
from tests.pages.records import keep
from tests.pages.seeing import texts

Page = Callable[..., AppTest]


def cited(*quotes: str) -> list[Citation]:
    return [Citation(quote, Verdict.FOUND) for quote in quotes]


def ended(app: App, *run_ids: str) -> None:
    end = time.monotonic() + 60
    for run_id in run_ids:
        while (record := app.run(run_id, "local")) is None or record.state.is_live:
            assert time.monotonic() < end
            time.sleep(0.05)


def test_words_that_the_other_answer_lacks_are_marked() -> None:
    left, right = comparing.marked_words("It ends in ninety days.", "It ends in thirty days, at most.")
    assert [text for text, differs in left if differs] == ["ninety"]
    assert [text for text, differs in right if differs] == ["thirty", ", at most"]
    assert "".join(text for text, _ in right) == "It ends in thirty days, at most."


def test_evidence_is_shared_whatever_its_case_and_line_breaks() -> None:
    only, both, other = comparing.shared_evidence(
        cited("may end this", "fees are due"), cited("May end\nthis", "ninety days")
    )
    assert [[tuple(each.quote for each in same) for same in part] for part in (only, both, other)] == [
        [("fees are due",)],
        [("may end this", "May end\nthis")],
        [("ninety days",)],
    ]


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        (["It ends after ninety days. Fees are due now."] * 3, 1.0),
        (["It ends after 90 days.", "It ends after 30 days."], 0.0),
        (["It ends after ninety days. Fees are due now.", "It ends after ninety days."], 2 / 3),
        (["", ""], None),
    ],
)
def test_claims_agree_when_words_and_numbers_do(answers: list[str], expected: float | None) -> None:
    found = comparing.agreement(answers, [[] for _ in answers], [None] * len(answers))
    assert found.claims == (None if expected is None else pytest.approx(expected))
    assert (found.quotes, found.costs) == (None, None)


def test_agreement_of_quotes_and_the_spread_of_money() -> None:
    quoted = [cited("a b c", "d e f"), cited("A b c"), cited("a b c", "g h i")]
    found = comparing.agreement(["x"] * 3, quoted, [0.1, None, 0.3])
    assert found.quotes == pytest.approx((1 / 2 + 1 / 3 + 1 / 2) / 3)
    assert found.costs == pytest.approx((0.1, 0.2, 0.3))
    assert (found.steady, found.loose) == (("a b c",), ("d e f", "g h i")) or found.steady == ("A b c",)


def test_two_runs_stand_side_by_side(page: Page, app: App, contract: DocumentInfo) -> None:
    left = keep(app, contract, RunState.DONE, answer="Ninety days, <b>it says</b>.")
    right = keep(app, contract, RunState.DONE, question="Which notice?", answer="Thirty days, <b>it says</b>.", turns=2)
    tab = page(shell.COMPARE, left=left, right=right)
    shown = texts(tab)
    assert "<mark>Ninety</mark>" in shown
    assert "&lt;b&gt;it says&lt;/b&gt;" in shown
    assert "**Turn 2**: one run had ended." in shown
    assert "Which notice?" in str(tab.table[0].value)


def test_runs_of_different_documents_say_so_and_where_each_found_the_same_words(
    page: Page, app: App, contract: DocumentInfo, tmp_path: Path
) -> None:
    (tmp_path / "lease.txt").write_text("Nothing of it.", encoding="utf-8")
    lease = app.add_file(tmp_path / "lease.txt", "lease.txt", "local")
    left, right = (keep(app, info, RunState.DONE) for info in (contract, lease))
    for run_id, found in ((left, (Verdict.FOUND, "contract.txt", "1")), (right, (Verdict.NOT_FOUND, "", ""))):
        verdict, document, number = found
        cited_there = Citation("may end this", verdict, document=document, page=number)
        about: dict[str, Any] = {"run_id": run_id, "seq": 9, "at": 1.0, "call_id": "0", "parent_id": None, "depth": 0}
        app.store.append_event(Cited(**about, citation=cited_there))
    app.store.flush()
    tab = page(shell.COMPARE, left=left, right=right)
    given = {row.iloc[0]: tuple(row.iloc[1:]) for _, row in tab.table[0].value.iterrows()}
    assert given["Documents"] == ("contract.txt", "lease.txt")
    (line,) = [each.value for each in tab.markdown if "may end this" in each.value]
    assert "Found" in line
    assert "Not found" in line
    assert "contract.txt, page 1" in line


def test_versions_of_a_document_are_told_apart_where_their_name_does_not(app: App, contract: DocumentInfo) -> None:
    left, right = (app.run(keep(app, contract, RunState.DONE), "local") for _ in range(2))
    assert left is not None
    assert right is not None
    assert "Documents" not in [name for name, _, _ in comparing.settings(left, right)]
    newer = replace(right, spec=replace(right.spec, documents=("f" * 64,)))
    told = {name: (ours, theirs) for name, ours, theirs in comparing.settings(left, newer)}
    assert told["Documents"] == (f"contract.txt ({contract.sha256[:8]})", "contract.txt (ffffffff)")


def test_the_fields_show_the_runs_that_the_address_names(page: Page, app: App, contract: DocumentInfo) -> None:
    one, two, three = (keep(app, contract, RunState.DONE, turns=0) for _ in range(3))
    tab = page(shell.COMPARE, left=one, right=two)
    tab.selectbox(key="compare-right").set_value(three).run()
    assert tab.query_params["right"] in (three, [three])
    tab.query_params["right"] = two  # as Back does it
    tab.run()
    assert tab.selectbox(key="compare-right").value == two


def test_runs_part_where_the_same_code_hands_in_another_answer() -> None:
    one, two = (Trajectory.fold(_handed_in(answer)) for answer in ("60 days", "30 days"))
    assert comparing.parting(one, two) == (1, "the same code handed in another answer")
    assert comparing.parting(one, one) is None


def _handed_in(answer: str) -> list[Event]:
    about: dict[str, Any] = {"run_id": "r", "at": 1.0, "call_id": "0", "parent_id": None, "depth": 0, "iteration": 1}
    return [
        ModelReplied(**about, seq=1, messages=(), reply="x", model="m", usage=NO_USAGE),
        CellStarted(**about, seq=2, cell=1, code="hand_in()"),
        CellFinished(**about, seq=3, cell=1, stdout="", answer=answer),
    ]


def test_without_runs_the_page_says_how_to_choose_them(page: Page) -> None:
    assert "Choose two runs above" in texts(page(shell.COMPARE))


def test_a_run_is_repeated_and_its_repeats_are_compared(
    page: Page, app: App, contract: DocumentInfo, started: Callable[..., str]
) -> None:
    first = started(contract)
    ended(app, first)
    tab = page(shell.COMPARE, left=first, right=first)
    tab.number_input(key="repeat-times").set_value(2).run()
    tab.button(key="repeat").click().run()
    record = app.run(first, "local")
    assert record is not None
    same = [each.id for each in repeats.of_same_order(app, record)]
    assert len(same) == 3
    ended(app, *same)
    tab.run()
    assert {metric.label: metric.value for metric in tab.metric}["Quotations that agree"] == "100%"
    assert "In every run: 2 quotes" in texts(tab) or any("In every run" in each.label for each in tab.expander)
