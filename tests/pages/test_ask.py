from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from fpdf import FPDF
from streamlit.testing.v1 import AppTest

from rlm_app.build import App
from rlm_app.types import DocumentInfo, RunState
from rlm_app.ui import choice, keys, shell
from tests.pages.conftest import ROOT
from tests.pages.records import keep
from tests.pages.seeing import texts, until

Page = Callable[..., AppTest]


def pdf(text: str, password: str | None = None) -> bytes:
    paper = FPDF()
    paper.add_page()
    paper.set_font("Helvetica", size=12)
    paper.multi_cell(0, 8, text)
    if password:
        paper.set_encryption(owner_password="owner", user_password=password)
    return bytes(paper.output())


def ask(tab: AppTest) -> AppTest:
    next(button for button in tab.button if button.label == "Ask").click()
    return tab.run()


def test_a_first_visitor_gets_sample_questions_and_one_click_fills_the_form(page: Page) -> None:
    tab = page()
    assert "Try it on a sample document" in texts(tab)
    tab.button(key="sample-0").click().run()
    assert tab.text_area(key="ask_question").value
    assert len(tab.multiselect(key="ask_documents").value) == 1
    assert "text OK" in texts(tab)


def test_an_upload_says_at_once_how_readable_it_is_and_is_chosen_for_the_question(page: Page, app: App) -> None:
    tab = page()
    tab.file_uploader[0].upload("lease.pdf", pdf("The rent is due on the first day of each month."), "application/pdf")
    tab.run()
    assert "1 page · text OK" in texts(tab)
    assert [info.name for info in app.documents("local")] == ["lease.pdf"]
    assert tab.multiselect(key="ask_documents").value == [app.documents("local")[0].sha256]


def test_a_file_that_cannot_be_read_says_why_and_the_others_are_kept(page: Page, app: App) -> None:
    tab = page()
    tab.file_uploader[0].upload("broken.pdf", b"%PDF-1.7 and nothing else", "application/pdf")
    tab.file_uploader[0].upload("notes.txt", b"The pump is to be greased every week.", "text/plain")
    tab.run()
    assert "**broken.pdf**" in texts(tab).replace("\\", "")
    assert ":red[:material/error:]" in texts(tab)
    assert [info.name for info in app.documents("local")] == ["notes.txt"]


def test_what_was_deleted_in_another_tab_is_no_longer_on_the_list_of_what_was_read(page: Page, app: App) -> None:
    tab = page()
    tab.file_uploader[0].upload("notes.txt", b"The pump is to be greased every week.", "text/plain")
    assert "**notes.txt**" in texts(tab.run()).replace("\\", "")
    app.forget("local")
    shown = texts(tab.run())
    assert "notes" not in shown
    assert "Clear this list" not in [button.label for button in tab.button]


def test_a_file_with_a_password_is_opened_once_the_password_is_given(page: Page, app: App) -> None:
    tab = page()
    tab.file_uploader[0].upload("secret.pdf", pdf("The vault is behind the clock.", "opensesame"), "application/pdf")
    tab.run()
    assert "needs its password" in texts(tab)
    tab.text_input(key="password-0-value").set_value("wrong")
    next(button for button in tab.button if button.label == "Open").click().run()
    assert "the password is wrong" in texts(tab)
    tab.text_input(key="password-0-value").set_value("opensesame")
    next(button for button in tab.button if button.label == "Open").click().run()
    assert [info.name for info in app.documents("local")] == ["secret.pdf"]
    assert "password" not in " ".join(field.label.lower() for field in tab.text_input)


def test_the_name_of_an_upload_is_never_used_as_a_path(page: Page, app: App, tmp_path: Path) -> None:
    tab = page()
    tab.file_uploader[0].upload("../../../escape.txt", b"Nothing to see here, really nothing.", "text/plain")
    tab.run()
    assert len(app.documents("local")) == 1
    assert not list(tmp_path.parent.rglob("escape.txt"))


def test_asking_without_a_question_or_a_document_says_what_is_missing(page: Page) -> None:
    tab = ask(page())
    assert "There is no question yet" in tab.error[0].value
    tab.text_area(key="ask_question").set_value("What notice?")
    assert "There is no document yet" in ask(tab).error[0].value


def test_asking_opens_the_run_and_its_address_names_it(page: Page, app: App, contract: DocumentInfo) -> None:
    tab = page()
    tab.selectbox(key="ask-backend").set_value("scripted").run()
    tab.text_area(key="ask_question").set_value("What notice?")
    tab.multiselect(key="ask_documents").set_value([contract.sha256])
    ask(tab)
    run_id = app.store.runs("local")[0].id
    assert tab.query_params["run"] in (run_id, [run_id])
    until(tab, lambda seen: "1 of 2 quotes found word for word" in texts(seen))


def test_a_run_at_work_is_shown_on_the_home_page_and_a_finished_one_below_it(
    page: Page, app: App, contract: DocumentInfo, started: Callable[..., str]
) -> None:
    run_id = started(contract)
    app.manager.wait(run_id, 30)
    tab = page()
    assert "Latest answers" in texts(tab)
    assert "What notice" in texts(tab)
    assert "Try it on a sample document" not in texts(tab)


def test_a_typed_key_stays_in_the_session_and_out_of_its_field_and_of_the_data_file(page: Page, app: App) -> None:
    tab = page()
    tab.selectbox(key="ask-backend").set_value("openai").run()
    assert "needs a key" in texts(tab)
    tab.text_input(key="ask-key-openai").set_value("sk-very-secret-1234").run()
    assert "Typed for this session" in texts(tab)
    assert "needs a key" not in texts(tab)
    assert "sk-very-secret-1234" not in texts(tab) + "".join(str(field.value) for field in tab.text_input)
    app.store.flush()
    stored = b"".join(path.read_bytes() for path in app.settings.home.rglob("*") if path.is_file())
    assert b"sk-very-secret-1234" not in stored


def test_the_offline_backend_is_called_what_it_is(page: Page) -> None:
    assert "Offline: finds and quotes, does not reason" in texts(page()).replace("\\", "")


@pytest.mark.parametrize(("name", "entered", "allowed"), [("iterations", 7, "7 turns"), ("seconds", 3, "3 min")])
def test_a_changed_limit_is_shown_in_the_line_below_the_form(page: Page, name: str, entered: int, allowed: str) -> None:
    tab = page()
    tab.number_input(key=f"ask-{name}").set_value(entered).run()
    assert allowed in texts(tab)


def test_the_modules_of_the_form_hold_no_state_of_their_own() -> None:
    for module in (choice, keys):
        assert not [n for n, v in vars(module).items() if isinstance(v, dict | list | set) and not n.startswith("__")]


def test_an_empty_file_is_refused_in_a_sentence(page: Page, app: App) -> None:
    tab = page()
    tab.file_uploader[0].upload("nothing.txt", io.BytesIO(b"").getvalue(), "text/plain")
    tab.run()
    assert "is empty" in texts(tab)
    assert not app.documents("local")


def test_the_home_page_with_a_run_in_its_address_opens_the_run(page: Page, app: App, contract: DocumentInfo) -> None:
    run_id = keep(app, contract, RunState.DONE)
    tab = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30)
    tab.query_params["run"] = run_id
    tab.run()
    assert "The answer of the run." in texts(tab)
    assert "The answer of the run." not in texts(page(shell.ASK, run=run_id))  # a leftover that Back comes upon


def test_a_file_of_any_kind_gets_its_line_with_its_health_or_the_reason(page: Page, app: App) -> None:
    tab = page()
    assert "PDF, Word, PowerPoint, Excel, OpenDocument" in texts(tab)
    field = tab.file_uploader[0]
    for name, data in (
        ("letter.eml", b"From: a@b.example\nSubject: Rent\n\nThe rent is due."),
        ("sheet.xlsx", zipped("xl/workbook.xml")),
        ("book.epub", zipped("META-INF/container.xml")),
        ("all.zip", zipped("one.txt")),
        ("README", b"The pump is to be greased every week."),
    ):
        field.upload(name, data, "application/octet-stream")
    tab.run()
    shown = texts(tab).replace("\\", "")
    for reason in ("cannot be opened as an Excel workbook", "is damaged in its part"):
        assert reason in shown
    assert [info.name for info in app.documents("local")] == ["README", "all.zip", "letter.eml"]
    for line in ("**README**", "1 file · text OK", "1 part · text OK"):
        assert line in shown


def zipped(inside: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr(inside, "x")
    return held.getvalue()


def test_the_same_file_once_more_is_listed_once(page: Page) -> None:
    tab = page()
    for _ in range(2):
        tab.file_uploader[0].upload("notes.txt", b"The pump is to be greased every week.", "text/plain")
        tab.run()
    assert texts(tab).count("**notes.txt**") == 1


def test_samples_stay_in_reach_after_the_first_run(page: Page, app: App, contract: DocumentInfo) -> None:
    keep(app, contract, RunState.DONE)
    tab = page()
    assert "A finished sample run · example questions" in texts(tab)
    assert "Use this question" not in texts(tab)
    tab.session_state["samples"] = True
    assert "Browse a finished run" in texts(tab.run())
    tab.button(key="sample-0").click().run()
    assert tab.text_area(key="ask_question").value


def test_a_question_as_long_as_a_document_is_refused_with_its_length(
    page: Page, app: App, contract: DocumentInfo
) -> None:
    tab = page()
    tab.multiselect(key="ask_documents").set_value([contract.sha256]).run()
    tab.text_area(key="ask_question").set_value("x" * 300_000)
    assert "300,000 characters" in ask(tab).error[0].value
    assert not app.store.runs("local")


def pick_scripted(tab: AppTest, contract: DocumentInfo) -> AppTest:
    tab.selectbox(key="ask-backend").set_value("scripted").run()
    return tab.multiselect(key="ask_documents").set_value([contract.sha256]).run()


def test_short_documents_are_said_to_be_better_off_in_one_call_and_the_switch_decides(
    page: Page, app: App, contract: DocumentInfo
) -> None:
    tab = pick_scripted(page(), contract)
    assert "285 characters are short: **Direct** is likely better." in texts(tab)
    tab.button_group(key="ask-mode").set_value("direct").run()
    assert "is likely better" not in texts(tab)
    tab.text_area(key="ask_question").set_value("What notice?")
    ask(tab)
    record = app.store.runs("local")[0]
    assert record.spec.mode == "direct"
    app.manager.wait(record.id, 30)


def test_the_offline_finder_reads_through_code_whatever_was_picked_before(
    page: Page, app: App, contract: DocumentInfo
) -> None:
    tab = pick_scripted(page(), contract)
    tab.button_group(key="ask-mode").set_value("direct").run()
    tab.selectbox(key="ask-backend").set_value("offline").run()
    assert "ask-mode" not in [group.key for group in tab.get("button_group")]
    assert "Direct" not in texts(tab)
    tab.text_area(key="ask_question").set_value("What notice?")
    ask(tab)
    record = app.store.runs("local")[0]
    assert record.spec.mode == "rlm"
    app.manager.wait(record.id, 60)


def test_the_advanced_limits_reach_the_run(page: Page, app: App, contract: DocumentInfo) -> None:
    tab = pick_scripted(page(), contract)
    for name, value in (("depth", 2), ("errors", 3), ("concurrency", 8)):
        tab.number_input(key=f"ask-{name}").set_value(value).run()
    tab.text_area(key="ask_question").set_value("What notice?")
    ask(tab)
    record = app.store.runs("local")[0]
    limits = record.spec.limits
    assert (limits.depth, limits.errors, limits.concurrency, limits.cost) == (2, 3, 8, 1.0)
    app.manager.wait(record.id, 30)
