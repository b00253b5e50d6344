from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

from rlm_app.build import App
from rlm_app.types import NO_USAGE, Completion, DocumentInfo, Limits, RunState, Stop
from rlm_app.ui import allowing, going_on, header, shell
from tests.pages.conftest import SCRIPT
from tests.pages.records import keep, strips, sub_call_events
from tests.pages.seeing import texts

Page = Callable[..., AppTest]
Started = Callable[..., str]
CLOCK = "The time.\n\n```repl\nimport time\nprint(time.time_ns())\n```"


def says(app: App, **changes: Any) -> None:
    """Give the scripted model other lines."""
    assert app.settings.script is not None
    app.settings.script.write_text(json.dumps({**SCRIPT, **changes}), encoding="utf-8")


def failing(turns: int) -> list[Any]:
    return [*SCRIPT["root"][:turns], {"error": "The provider is down."}]  # type: ignore[index]


def button(tab: AppTest, label: str) -> Any:
    return next(found for found in tab.button if found.label == label)


def test_an_interrupted_run_says_how_many_calls_are_saved_and_what_resuming_may_cost(
    page: Page, app: App, contract: DocumentInfo
) -> None:
    run_id = keep(app, contract, RunState.INTERRUPTED)
    journal = app.store.journal(run_id)
    for number in range(5):
        journal.started("key", number, f"0.{number}")
    for number in range(4):
        journal.finished("key", number, Completion("yes", "scripted", NO_USAGE))
    app.store.flush()
    shown = texts(page(shell.RUN, run=run_id))
    assert "4 of 5 calls are saved. Resuming may pay again for at most 1." in shown
    assert going_on.saved_sentence(0, 0) == "No call was sent, so resuming pays for nothing twice."
    assert (
        going_on.saved_sentence(0, 3)
        == "3 calls were sent and none was answered. Resuming may pay again for at most 3."
    )
    assert going_on.saved_sentence(1, 1) == "1 of 1 call is saved. Resuming pays for none again."


def test_a_failed_run_says_the_next_step_and_resume_finishes_it(
    page: Page, app: App, contract: DocumentInfo, started: Started
) -> None:
    says(app, root=failing(2))
    run_id = started(contract)
    app.manager.wait(run_id, 30)
    tab = page(shell.RUN, run=run_id)
    assert "The provider is down." in tab.error[0].value
    assert "mend it in Settings first; then resume" in texts(tab)
    says(app)
    tab.button(key=f"resume-{run_id}").click().run()
    assert app.manager.wait(run_id, 30).state is RunState.DONE
    tab.run()
    assert not tab.exception
    assert "1 of 2 quotes found word for word" in texts(tab)


def test_the_calls_in_the_header_and_those_on_record_are_told_alike(
    page: Page, app: App, contract: DocumentInfo, started: Started
) -> None:
    shown = texts(page(shell.RUN, run=keep(app, contract, RunState.FAILED, answer="")))
    assert "**1** call" in shown
    assert "1 of 1 call is saved. Resuming pays for none again." in shown
    says(app, root=failing(0))
    run_id = started(contract)
    app.manager.wait(run_id, 30)
    shown = texts(page(shell.RUN, run=run_id))
    assert "**0** calls answered" in shown
    assert "1 call was sent and not answered. Resuming may pay again for at most 1." in shown


def test_a_run_that_cannot_be_resumed_says_why(page: Page, app: App, contract: DocumentInfo) -> None:
    run_id = keep(app, contract, RunState.INTERRUPTED)
    tab = page(shell.RUN, run=run_id)
    assert app.settings.script is not None
    app.settings.script.unlink()
    tab.button(key=f"resume-{run_id}").click().run()
    assert "cannot be used" in tab.error[0].value
    assert not tab.exception


def test_a_limit_is_raised_in_a_small_form_and_the_run_goes_on(
    page: Page, app: App, contract: DocumentInfo, started: Started
) -> None:
    run_id = started(contract, iterations=1)
    assert app.manager.wait(run_id, 30).state is RunState.LIMIT
    tab = page(shell.RUN, run=run_id)
    assert tab.number_input(key=f"higher-{run_id}-iterations").value == 2
    assert tab.number_input(key=f"higher-{run_id}-cost").value is None
    tab.number_input(key=f"higher-{run_id}-iterations").set_value(6)
    button(tab, "Continue").click().run()
    record = app.manager.wait(run_id, 30)
    assert (record.state, record.spec.limits.iterations) == (RunState.DONE, 6)
    tab.run()
    tab.session_state[f"tabs-{run_id}"] = "Timeline"
    tab.run()
    assert not tab.exception
    labels = [found.proto.label for found in tab.get("expander")]
    assert [label for label in labels if label.startswith("**Closing reply** · the best answer from what was known")], (
        labels
    )


def test_only_the_limit_that_ended_the_run_is_raised() -> None:
    limits = Limits(iterations=10, cost=1.0, seconds=60.0, errors=3)
    assert allowing.raised(limits, Stop.COST) == Limits(iterations=10, cost=2.0, seconds=60.0, errors=3)
    assert allowing.names_for(Stop.ERRORS) == (*allowing.USUAL, "errors")
    assert allowing.raised(limits, None) == limits


def test_a_run_whose_code_prints_something_else_asks_whether_to_go_on_anyway(
    page: Page, app: App, contract: DocumentInfo, started: Started
) -> None:
    says(app, root=[CLOCK, SCRIPT["root"][0], {"error": "The provider is down."}])  # type: ignore[index]
    run_id = started(contract)
    app.manager.wait(run_id, 30)
    says(app, root=[CLOCK, *SCRIPT["root"]])  # type: ignore[misc]
    tab = page(shell.RUN, run=run_id)
    tab.button(key=f"resume-{run_id}").click().run()
    assert app.manager.wait(run_id, 30).state is RunState.FAILED
    tab.run()
    assert "printed something else than it did the first time" in tab.warning[0].value
    assert [found.label for found in tab.button if found.label in {"Resume", "Go on anyway"}] == ["Go on anyway"]
    tab.button(key=f"anyway-{run_id}").click().run()
    assert app.manager.wait(run_id, 30).state is RunState.DONE


def test_a_stopped_run_names_the_calls_that_had_left(page: Page, app: App, contract: DocumentInfo) -> None:
    run_id = keep(app, contract, RunState.CANCELLED, answer="")
    sub_call_events(app, run_id, ("The call was stopped.", "The run was stopped before this call was sent.", None, ""))
    shown = texts(page(shell.RUN, run=run_id))
    assert "2 sub-calls had left already" in shown
    assert "- Turn 1 › sub-call 1 · scripted" in shown
    assert "- Turn 1 › sub-call 3 · scripted" in shown
    assert "sub-call 2" not in shown.split("had left already")[0]


def test_a_follow_up_opens_a_run_that_names_the_one_it_follows(
    page: Page, app: App, contract: DocumentInfo, started: Started
) -> None:
    run_id = started(contract)
    app.manager.wait(run_id, 30)
    tab = page(shell.RUN, run=run_id)
    tab.text_input(key=f"follow-{run_id}-question").set_value("And who gives it?")
    button(tab, "Ask").click().run()
    new = app.store.runs("local")[0]
    assert (new.spec.parent, new.spec.question) == (run_id, "And who gives it?")
    app.manager.wait(new.id, 30)
    tab = page(shell.RUN, run=new.id)
    assert "Follows: What notice?" in texts(tab)
    tab.session_state[f"tabs-{new.id}"] = "Timeline"
    tab.session_state[f"turn-{new.id}-2"] = True
    tab.run()
    assert "from the record, cost nothing" in strips(tab)[0]
    assert tab.dataframe[0].value["State"][0] == "from the record"


def test_the_line_that_says_where_a_run_comes_from_leads_there(page: Page, app: App, contract: DocumentInfo) -> None:
    first = keep(app, contract, RunState.DONE, question="Who pays?")
    for until, line in ((None, "Follows: Who pays?"), (2, "Forked from turn 2 of: Who pays?")):
        new = keep(app, contract, RunState.DONE, parent=first, until=until)
        tab = page(shell.RUN, run=new)
        assert line in texts(tab)
        tab.button(key=f"origin-{new}").click().run()
        assert tab.query_params["run"] in (first, [first])
    orphan = keep(app, contract, RunState.DONE, parent="0" * 32)
    assert "Follows: a run that was deleted since" in texts(page(shell.RUN, run=orphan))


def test_an_empty_follow_up_is_answered_in_a_sentence(page: Page, app: App, contract: DocumentInfo) -> None:
    tab = page(shell.RUN, run=keep(app, contract, RunState.DONE))
    button(tab, "Ask").click().run()
    assert "There is no question yet" in tab.error[0].value


def test_a_turn_can_be_gone_on_from_differently(page: Page, app: App, contract: DocumentInfo, started: Started) -> None:
    run_id = started(contract)
    app.manager.wait(run_id, 30)
    tab = page(shell.RUN, run=run_id)
    key = f"fork-{run_id}-1"
    for name, value in ((f"tabs-{run_id}", "Timeline"), (f"turn-{run_id}-1", True), (key, True)):
        tab.session_state[name] = value
    tab.run()
    tab.text_area(key=f"{key}-question").set_value("What fees?")
    tab.number_input(key=f"{key}-iterations").set_value(9)
    button(tab, "Start the new run").click().run()
    new = app.store.runs("local")[0].spec
    assert (new.parent, new.until, new.question, new.limits.iterations) == (run_id, 1, "What fees?", 9)
    assert (new.system_prompt, new.root_model) == (None, "scripted")
    assert "Forked from turn 1 of: What notice?" in texts(tab)
    app.manager.wait(app.store.runs("local")[0].id, 30)


def test_the_turn_that_handed_in_the_answer_is_no_place_to_go_on_from(
    page: Page, app: App, contract: DocumentInfo, started: Started
) -> None:
    run_id = started(contract)
    app.manager.wait(run_id, 30)
    tab = page(shell.RUN, run=run_id)
    for name, value in ((f"tabs-{run_id}", "Timeline"), (f"turn-{run_id}-3", True), (f"fork-{run_id}-3", True)):
        tab.session_state[name] = value
    tab.run()
    assert "This turn handed in the answer" in texts(tab)


def test_the_bundled_run_can_be_browsed_and_exported_but_not_gone_on_with(page: Page, app: App) -> None:
    sample = app.sample_run_id()
    assert sample is not None
    tab = page(shell.RUN, run=sample)
    assert not [found for found in tab.text_input if found.label == "Ask a follow-up"]
    labels = {str(button.proto.label) for button in tab.get("download_button")}
    assert {"Log of the reference (JSONL)", "Its calls as a table (CSV)"} < labels


def test_a_run_of_an_imported_log_offers_nothing_that_needs_its_documents(page: Page, app: App, tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    log.write_text(app.export(str(app.sample_run_id()), "local"), encoding="utf-8")
    run_id = app.import_file(log, "local").run_ids[0]
    shown = texts(page(shell.RUN, run=run_id))
    assert "Ask a follow-up" not in shown
    assert "Resume" not in shown


def test_the_clock_of_a_resumed_run_counts_its_work_and_not_the_time_in_between(
    app: App, contract: DocumentInfo
) -> None:
    run_id = keep(app, contract, RunState.INTERRUPTED)
    app.store.update_run(run_id, state=RunState.RUNNING, created=time.time() - 86_400, seconds=30.0)
    record = app.run(run_id, "local")
    assert record is not None
    assert 40 <= header.elapsed(record, time.time() - 10) < 50
