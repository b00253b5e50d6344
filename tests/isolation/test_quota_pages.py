"""What a visitor reads of quotas: whose key pays, what is used today, and why a question is not asked now."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from rlm_app.build import App
from rlm_app.types import DocumentInfo
from rlm_app.ui import again, handle, shell
from tests.isolation.conftest import ANN
from tests.pages.seeing import texts

Tab = Callable[..., AppTest]
HOST = "sk-of-the-host-0123456789"


@pytest.fixture
def lent(app: App, monkeypatch: pytest.MonkeyPatch) -> App:
    """Return the app anew, with one run a day for each person and a key that its host lends."""
    said = {"RUNS_A_DAY": "1", "MONEY_A_DAY": "1.50", "HOST_KEYS": "openai"}
    for name, value in said.items():
        monkeypatch.setenv(f"RLM_APP_{name}", value)
    monkeypatch.setenv("OPENAI_API_KEY", HOST)
    assert handle.samples_ready().wait(30)
    handle.close()
    return handle.shared_app()


@pytest.fixture
def contract(lent: App, tmp_path: Path) -> DocumentInfo:
    file = tmp_path / "contract.txt"
    file.write_text("The supplier may end this agreement with ninety days' notice.\n", encoding="utf-8")
    return lent.add_file(file, "contract.txt", ANN)


def asked(page: AppTest, info: DocumentInfo, question: str) -> AppTest:
    page.multiselect(key=again.CHOSEN).set_value([info.sha256]).run()
    page.text_area(key=again.QUESTION).set_value(question)
    return next(button for button in page.button if button.label == "Ask").click().run()


def test_a_question_that_is_not_asked_now_stays_and_the_page_says_why(
    lent: App, contract: DocumentInfo, tab: Tab
) -> None:
    page = asked(tab("ann"), contract, "What ends it?")
    assert len(lent.store.runs(ANN)) == 1
    lent.manager.wait(lent.store.runs(ANN)[0].id, 60)
    page = asked(tab("ann"), contract, "Who may end it?")
    (told,) = [error.value.replace("\\", "") for error in page.error]
    assert "You have begun 1 run today, and this app lets each person begin 1 a day (UTC)" in told
    assert "at 00:00 UTC, in" in told
    assert page.text_area(key=again.QUESTION).value == "Who may end it?"
    assert page.multiselect(key=again.CHOSEN).value == [contract.sha256]
    assert len(lent.store.runs(ANN)) == 1


def test_the_page_says_which_key_pays_and_never_shows_the_hosts(lent: App, contract: DocumentInfo, tab: Tab) -> None:
    page = tab("ann")
    assert "key pays" not in texts(page)
    page.selectbox(key="ask-backend").set_value("openai").run()
    shown = texts(page).replace("\\", "")
    assert "The host's key pays. Today it has paid $0.00 of $1.50 for you." in shown
    assert HOST not in shown
    assert "OPENAI_API_KEY" not in shown
    page.text_input(key="ask-key-openai").set_value("sk-own").run()
    assert "Your key pays." in texts(page)
    assert "The host's key pays" not in texts(page)


def test_settings_show_what_is_used_of_what_is_allowed(lent: App, contract: DocumentInfo, tab: Tab) -> None:
    asked(tab("ann"), contract, "What ends it?")
    lent.manager.wait(lent.store.runs(ANN)[0].id, 60)
    shown = texts(tab("ann", shell.SETTINGS)).replace("\\", "")
    assert "Today: 1 of 1 runs. Counted anew at 00:00 UTC" in shown
    assert "Paid by the host today: $0.00 of $1.50." in shown
    assert "MB of 500 MB." in shown
    assert "Today: 0 of 1 runs." in texts(tab("bob", shell.SETTINGS)).replace("\\", "")
