from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from rlm_app.build import App
from rlm_app.finding import Order
from rlm_app.types import DocumentInfo, RunState
from rlm_app.ui import listing, shell, trash
from tests.pages.records import keep
from tests.pages.seeing import texts

Page = Callable[..., AppTest]


def opened(tab: AppTest, *folds: str) -> AppTest:
    """Return the page with these folds of it open."""
    for fold in folds:
        tab.session_state[fold] = True
    return tab.run()


def questions(tab: AppTest) -> list[str]:
    return [link.proto.label for link in tab.get("page_link")]


def test_every_run_is_listed_with_its_documents_state_and_money(page: Page, app: App, contract: DocumentInfo) -> None:
    keep(app, contract, RunState.DONE, question="Who pays the rent?")
    keep(app, contract, RunState.FAILED, question="Who owns the pump?")
    shown = texts(page(shell.HISTORY))
    for expected in (
        "Who pays the rent?",
        "Who owns the pump?",
        "contract.txt",
        "Failed<",
        "$0.010",
        "12 s",
        "2 runs",
    ):
        assert expected in shown


def test_in_a_new_tab_rows_come_first_and_what_can_be_done_with_them_a_moment_later(
    page: Page, app: App, contract: DocumentInfo
) -> None:
    run_id = keep(app, contract, RunState.DONE, question="Who pays the rent?")
    tab = page(shell.HISTORY)
    del tab.session_state["_shell_drawn"]
    tab.run()
    assert questions(tab)[1:] == ["Who pays the rent?"]
    assert not [button for button in tab.button if run_id in str(button.key)]
    tab.session_state["_shell_drawn"] = True  # as `app.py` notes it, which is not what is run here
    tab.run()
    assert tab.button(key=f"delete-{run_id}").label


def test_a_search_looks_in_questions_answers_and_names(page: Page, app: App, contract: DocumentInfo) -> None:
    keep(app, contract, RunState.DONE, question="Who pays the rent?", answer="The tenant does.")
    keep(app, contract, RunState.DONE, question="Who owns the pump?")
    tab = page(shell.HISTORY)
    tab.text_input(key="history-search").set_value("TENANT does").run()
    assert questions(tab)[1:] == ["Who pays the rent?"]
    tab.text_input(key="history-search").set_value("contract.txt who").run()
    assert len(questions(tab)) == 3
    tab.text_input(key="history-search").set_value("zebra").run()
    assert "No run fits all of this" in texts(tab)


def test_the_list_can_be_narrowed_to_states(page: Page, app: App, contract: DocumentInfo) -> None:
    keep(app, contract, RunState.DONE, question="Who pays the rent?")
    keep(app, contract, RunState.FAILED, question="Who owns the pump?")
    tab = page(shell.HISTORY)
    tab.button_group(key="history-states").set_value(["Failed"]).run()
    assert questions(tab)[1:] == ["Who owns the pump?"]
    assert "1 of 2 runs" in texts(tab)


def test_a_deleted_run_leaves_the_list_and_can_be_taken_back(page: Page, app: App, contract: DocumentInfo) -> None:
    run_id = keep(app, contract, RunState.DONE)
    tab = page(shell.HISTORY)
    tab.button(key=f"delete-{run_id}").click().run()
    assert "Deleted: What notice?" in texts(tab)
    assert "can be taken back for half a minute" in texts(tab)
    assert "What notice?" not in questions(tab)
    tab.button(key=f"undo-{run_id}").click().run()
    assert "What notice?" in questions(tab)
    assert app.run(run_id, "local") is not None


def test_many_deleted_runs_are_taken_back_together_and_do_not_push_the_list_away(
    page: Page, app: App, contract: DocumentInfo
) -> None:
    runs = [keep(app, contract, RunState.DONE, turns=0) for _ in range(7)]
    tab = page(shell.HISTORY)
    for run_id in runs:
        tab.session_state[f"tick-{run_id}"] = True
    tab.run()
    tab.button(key="delete-ticked").click().run()
    assert texts(tab).count("Deleted: What notice?") == 5
    tab.button(key="undo-all").click().run()
    assert all(app.run(run_id, "local") for run_id in runs)
    assert len(questions(tab)) >= len(runs)


def test_a_deleted_run_that_nobody_takes_back_is_gone_from_the_data_file(
    page: Page, app: App, contract: DocumentInfo
) -> None:
    run_id = keep(app, contract, RunState.DONE)
    record = app.run(run_id, "local")
    assert record is not None
    tab = page(shell.HISTORY)
    before, trash.SECONDS = trash.SECONDS, 0.05
    try:
        tab.button(key=f"delete-{run_id}").click().run()
    finally:
        trash.SECONDS = before
    end = time.monotonic() + 10
    while app.run(run_id, "local") is not None:
        assert time.monotonic() < end
        time.sleep(0.02)
    assert not app.store.events(run_id, "local")


def test_a_run_at_work_cannot_be_deleted(page: Page, app: App, contract: DocumentInfo) -> None:
    run_id = keep(app, contract, RunState.RUNNING)
    assert page(shell.HISTORY).button(key=f"delete-{run_id}").disabled


def test_many_runs_come_by_page(page: Page, app: App, contract: DocumentInfo) -> None:
    for number in range(23):
        keep(app, contract, RunState.DONE, question=f"Question {number}?", turns=0)
    tab = page(shell.HISTORY)
    assert len(questions(tab)) == 21
    assert "23 runs" in texts(tab)


def test_another_order_begins_with_its_first_page_and_deleting_does_not(
    page: Page, app: App, contract: DocumentInfo
) -> None:
    runs = [keep(app, contract, RunState.DONE, question=f"Question {n:02}?", turns=0) for n in range(41)]
    tab = opened(page(shell.HISTORY), "history-more")
    (pages,) = tab.get("pagination")
    tab.session_state[pages.proto.id[pages.proto.id.index("history-page") :]] = 3
    tab.run()
    assert questions(tab)[1:] == ["Question 00?"]
    tab.button(key=f"delete-{runs[0]}").click().run()
    assert questions(tab)[-1] == "Question 01?"
    tab.selectbox(key="history-order").set_value(Order.QUESTION).run()
    assert questions(tab)[1] == "Question 01?"
    assert len(questions(tab)) == 21


def test_a_day_begins_where_the_reader_is() -> None:
    day = dt.date(2026, 11, 22)
    assert listing.moment(day, "Asia/Tokyo") == listing.moment(day, None) - 9 * 3600
    assert listing.moment(day, "no such place") == dt.datetime(2026, 11, 22, tzinfo=dt.UTC).timestamp()


def test_an_empty_history_leads_to_the_first_question(page: Page) -> None:
    tab = page(shell.HISTORY)
    assert "No question was asked yet" in texts(tab)
    assert "Ask a question" in texts(tab)


def test_a_log_of_the_reference_comes_in_and_its_damaged_lines_are_named(page: Page, app: App) -> None:
    log = app.export(str(app.sample_run_id()), "local").encode() + b'{"type": "iteration", broken\n'
    tab = opened(page(shell.HISTORY), "history-import")
    tab.file_uploader[0].upload("log.jsonl", log, "application/jsonl").run()
    shown = texts(tab)
    assert "**log.jsonl** 1 run from" in shown
    assert "1 line could not be used" in shown
    assert f"- line {len(log.splitlines())}" in shown
    assert len(app.store.runs("local")) == 1
    assert "imported from a log" in shown


def test_a_run_exported_whole_comes_in_once_and_a_second_time_is_known(
    page: Page, app: App, contract: DocumentInfo
) -> None:
    whole = app.export(keep(app, contract, RunState.DONE), "local", "events").encode()
    tab = opened(page(shell.HISTORY), "history-import")
    for _ in range(2):
        tab.file_uploader[0].upload("run.jsonl", whole, "application/jsonl").run()
    assert "1 of them here already" in texts(tab)
    assert len(app.store.runs("local")) == 2


def test_a_file_that_is_no_run_is_refused_with_the_reason(page: Page, app: App) -> None:
    tab = opened(page(shell.HISTORY), "history-import")
    tab.file_uploader[0].upload("notes.jsonl", b'{"a": 1}\n', "application/jsonl").run()
    assert ":red[:material/error:] **notes.jsonl**" in texts(tab)
    assert not app.store.runs("local")


def test_code_is_searched_and_backend_star_and_order_narrow_the_list(
    page: Page, app: App, contract: DocumentInfo
) -> None:
    one = keep(app, contract, RunState.DONE, question="Who pays the rent?")
    keep(app, contract, RunState.DONE, question="Who owns the pump?", turns=0)
    tab = page(shell.HISTORY)
    tab.text_input(key="history-search").set_value("print(1)").run()
    assert questions(tab)[1:] == ["Who pays the rent?"]
    tab.text_input(key="history-search").set_value("").run()
    tab.button(key=f"star-{one}").click().run()
    opened(tab, "history-more").toggle(key="history-starred").set_value(True).run()
    assert "Who owns the pump?" not in questions(tab)
    record = app.run(one, "local")
    assert record is not None
    assert record.starred


def test_a_run_gets_a_name_of_its_own(page: Page, app: App, contract: DocumentInfo) -> None:
    run_id = keep(app, contract, RunState.DONE)
    tab = page(shell.HISTORY)
    tab.button(key=f"rename-{run_id}").click().run()
    tab.text_input(key=f"title-{run_id}").set_value("Notice, final")
    tab.button(key=f"title-save-{run_id}").click().run()
    assert "Notice, final" in questions(tab)


def test_ticked_runs_are_deleted_together_and_taken_back_together(page: Page, app: App, contract: DocumentInfo) -> None:
    ids = [keep(app, contract, RunState.DONE, question=f"Question {n}?", turns=0) for n in range(3)]
    tab = page(shell.HISTORY)
    for run_id in ids[:2]:
        tab.checkbox(key=f"tick-{run_id}").check().run()
    assert "Compare the two" in questions(tab)
    tab.button(key="delete-ticked").click().run()
    assert "1 run" in texts(tab)
    tab.button(key="undo-all").click().run()
    assert "3 runs" in texts(tab)
    assert all(app.run(run_id, "local") for run_id in ids)


def test_the_share_dialog_shows_what_is_in_the_file(page: Page, app: App, contract: DocumentInfo) -> None:
    run_id = keep(app, contract, RunState.DONE, answer="Write to jane.doe@example.org.")
    tab = page(shell.RUN, run=run_id)
    tab.button(key=f"share-{run_id}").click().run()
    assert "Write to jane.doe@example.org." in texts(tab)
    assert "Left out: the documents' text beyond the quoted passages" in texts(tab)
    goes_in, hidden = ([toggle.label.split(" (")[0] for toggle in column.toggle] for column in tab.columns[-2:])
    assert goes_in[-2:] == ["Money and tokens", "Pictures of the quoted pages"]
    assert hidden == ["Mail addresses", "Telephone, account and other long numbers"]
