from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from rlm_app.build import App
from rlm_app.types import DocumentInfo, RunState
from rlm_app.ui import absence, proof, shell
from tests.pages.records import keep, strips, turns_of
from tests.pages.seeing import texts

Page = Callable[..., AppTest]
Started = Callable[..., str]

STATES = {
    RunState.QUEUED: ("Queued", "The answer will stand here"),
    RunState.RUNNING: ("Running", "The answer will stand here"),
    RunState.STOPPING: ("Stopping", "The answer will stand here"),
    RunState.DONE: ("Done", "The answer of the run"),
    RunState.CANCELLED: ("Cancelled", "partial answer"),
    RunState.LIMIT: ("Limit reached", "The run used up the number of turns it was allowed"),
    RunState.FAILED: ("Failed", "The provider refused the key"),
    RunState.INTERRUPTED: ("Interrupted", "The app was closed while this run was at work"),
}


@pytest.mark.parametrize("state", list(RunState))
def test_each_state_is_named_and_explained(page: Page, app: App, contract: DocumentInfo, state: RunState) -> None:
    run_id = keep(app, contract, state)
    tab = page(shell.RUN, run=run_id)
    if state.is_live:
        tab.session_state[f"tabs-{run_id}"] = "Answer"
        tab.run()
    word, sentence = STATES[state]
    assert f" {word}]" in texts(tab)
    assert sentence in texts(tab)
    assert [button.label for button in tab.button][:1] == (["Stop"] if state.is_live else ["Ask again"])
    assert not tab.exception


def test_a_run_that_found_nothing_says_so_and_shows_what_it_searched(
    page: Page, app: App, contract: DocumentInfo
) -> None:
    run_id = keep(
        app, contract, RunState.DONE, answer="Nothing relevant was found in contract.txt. I searched for: moon."
    )
    shown = texts(page(shell.RUN, run=run_id))
    assert "Nothing found]" in shown
    assert "What was searched" in shown
    assert "contract.txt" in shown
    record = app.run(run_id, "local")
    assert record is not None
    found = proof.of(app, record, app.manager.trajectory(run_id, "local"))
    assert found.coverages
    assert absence.of(app, record, found).coverage == ()  # it is kept, and weighed, with the proof


def test_an_unknown_run_and_one_of_somebody_else_are_answered_in_the_same_words(
    page: Page, app: App, contract: DocumentInfo
) -> None:
    foreign = keep(app, contract, RunState.DONE, owner="somebody else")
    sentences = {page(shell.RUN, run=run_id).error[0].value for run_id in ("0" * 32, foreign)}
    assert sentences == {"This run does not exist. History lists the runs there are."}


def test_the_page_without_a_run_leads_on(page: Page) -> None:
    assert "No run chosen" in texts(page(shell.RUN))


def test_the_answer_stands_on_top_with_its_passages_and_their_place(
    page: Page, app: App, contract: DocumentInfo, started: Started
) -> None:
    run_id = started(contract)
    app.manager.wait(run_id, 30)
    shown = texts(page(shell.RUN, run=run_id))
    assert "1 of 2 quotes found word for word" in shown
    assert "ignoring line breaks, hyphenation, typographic marks and letter case; 1 not found" in shown
    assert "character for character" not in shown
    assert ":green-badge[:material/check: 1]](#quote-1)" in shown
    assert "<mark>may end this agreement with ninety days&#x27; notice</mark>" in shown
    assert ":red-badge[:material/close: Not found]" in shown
    assert "**contract.txt** · lines 1–6" in shown


def test_the_whole_page_of_a_quote_is_drawn_only_when_it_is_asked_for(
    page: Page, app: App, contract: DocumentInfo, started: Started
) -> None:
    run_id = started(contract)
    app.manager.wait(run_id, 30)
    tab = page(shell.RUN, run=run_id)
    assert len(tab.get("html")) == 2
    tab.button(key=f"open-{run_id}-1").click().run()
    assert len(tab.get("html")) == 3
    assert any("Fees are due within thirty days." in found.proto.body for found in tab.get("html"))
    tab.button(key=f"close-{run_id}").click().run()
    assert len(tab.get("html")) == 2


def test_a_closed_turn_sends_nothing_and_an_open_one_shows_code_output_error_and_sub_calls(
    page: Page, app: App, contract: DocumentInfo, started: Started
) -> None:
    run_id = started(contract)
    app.manager.wait(run_id, 30)
    tab = page(shell.RUN, run=run_id)
    tab.session_state[f"tabs-{run_id}"] = "Timeline"
    tab.run()
    assert [label.split("**")[1] for label in turns_of(tab)] == ["Turn 1", "Turn 2", "Turn 3"]
    assert not [code for code in tab.code if code.value.strip()]
    tab.session_state[f"turn-{run_id}-2"] = True
    tab.run()
    assert any("llm_query('What notice?')" in code.value for code in tab.code)
    assert any(code.value.startswith("Ninety days.") for code in tab.code)
    assert "This code stopped with **NameError**" in tab.error[0].value
    assert len([table for table in tab.dataframe if "Prompt" in table.value]) == 1
    assert "1 sub-call" in texts(tab)
    assert any("Traceback" in code.value for code in tab.code)
    assert ["had an error" in row for row in strips(tab)] == [False, True, False]


def test_long_output_shows_its_first_lines_and_all_of_them_on_request(
    page: Page, app: App, contract: DocumentInfo, started: Started
) -> None:
    run_id = started(contract)
    app.manager.wait(run_id, 30)
    tab = page(shell.RUN, run=run_id)
    tab.session_state[f"tabs-{run_id}"] = "Timeline"
    tab.session_state[f"turn-{run_id}-1"] = True
    tab.run()
    output = next(code.value for code in tab.code if "line 5" in code.value and "print" not in code.value)
    assert len(output.splitlines()) == 40
    toggle = next(found for found in tab.toggle if found.label.startswith("Show all"))
    assert toggle.label == f"Show all {60 + len(contract_lines(output))} lines"
    toggle.set_value(True).run()
    assert any("line 59" in code.value for code in tab.code)


def contract_lines(output: str) -> list[str]:
    return [line for line in output.splitlines() if not line.startswith("line ")]


def test_a_turns_label_never_changes_and_its_numbers_stand_beside_it(
    page: Page, app: App, contract: DocumentInfo
) -> None:
    run_id = keep(app, contract, RunState.RUNNING, turns=1)
    tab = page(shell.RUN, run=run_id)
    before = turns_of(tab)
    app.store.update_run(run_id, state=RunState.DONE)
    tab.run()  # the end of a watched run brings its answer to the front
    tab.session_state[f"tabs-{run_id}"] = "Timeline"
    tab.run()
    assert turns_of(tab) == before
    assert "1 call" in strips(tab)[0]


def test_stop_stops_the_run_and_its_page_says_so(
    page: Page, app: App, contract: DocumentInfo, started: Started, slow: None
) -> None:
    run_id = started(contract)
    tab = page(shell.RUN, run=run_id)
    tab.button(key=f"stop-{run_id}").click().run()
    assert app.manager.wait(run_id, 30).state is RunState.CANCELLED
    tab.run()
    assert "You stopped this run" in texts(tab)


def test_evidence_lists_every_quote_and_can_show_only_what_needs_a_look(
    page: Page, app: App, contract: DocumentInfo, started: Started
) -> None:
    run_id = started(contract)
    app.manager.wait(run_id, 30)
    tab = page(shell.RUN, run=run_id)
    tab.session_state[f"tabs-{run_id}"] = "Evidence"
    tab.run()
    assert list(tab.dataframe[0].value["Verdict"]) == ["✓ Found", "✕ Not found"]
    tab.toggle(key=f"evidence-filter-{run_id}").set_value(True).run()
    assert list(tab.dataframe[0].value["No."]) == [2]


def test_ask_again_fills_the_form_with_the_question_and_its_documents(
    page: Page, app: App, contract: DocumentInfo
) -> None:
    run_id = keep(app, contract, RunState.DONE)
    tab = page(shell.RUN, run=run_id)
    tab.button(key=f"again-{run_id}").click().run()
    assert tab.text_area(key="ask_question").value == "What notice?"
    assert tab.multiselect(key="ask_documents").value == [contract.sha256]


def test_a_stored_run_is_the_same_after_the_app_was_started_again(
    page: Page, app: App, contract: DocumentInfo, started: Started, reopened: Callable[[], App]
) -> None:
    run_id = started(contract)
    app.manager.wait(run_id, 30)
    before = texts(page(shell.RUN, run=run_id))
    reopened()
    assert texts(page(shell.RUN, run=run_id)) == before


@pytest.mark.parametrize("state", [RunState.CANCELLED, RunState.FAILED, RunState.INTERRUPTED])
def test_a_run_that_ended_early_without_an_answer_claims_no_search(
    page: Page, app: App, contract: DocumentInfo, state: RunState
) -> None:
    shown = texts(page(shell.RUN, run=keep(app, contract, state, answer="")))
    assert "What was searched" not in shown
    assert "partial answer" not in shown


def test_an_answer_without_quotes_says_that_nothing_was_checked(page: Page, app: App, contract: DocumentInfo) -> None:
    assert "quotes nothing" in texts(page(shell.RUN, run=keep(app, contract, RunState.DONE)))
