from __future__ import annotations

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from rlm_app.build import App
from rlm_app.types import DocumentInfo, RunState
from rlm_app.ui import shell
from tests.pages.records import keep

Page = Callable[..., AppTest]


def test_a_question_is_answered_over_ones_own_runs_and_kept(page: Page, app: App, contract: DocumentInfo) -> None:
    keep(app, contract, RunState.DONE, question="Mine?")
    keep(app, contract, RunState.DONE, question="Another's?", owner="bob")
    tab = page(shell.SQL)
    tab.text_area(key="sql-question").set_value("SELECT question FROM runs").run()
    tab.text_input(key="sql-name").set_value("My questions").run()
    tab.button(key="sql-keep").click().run()
    tab.button(key="sql-ask").click().run()
    assert list(tab.dataframe[0].value["question"]) == ["Mine?"]
    assert app.store.preference("local", "sql") == {"My questions": "SELECT question FROM runs"}
    assert not tab.exception


def test_a_question_that_would_change_something_is_refused_with_a_sentence(page: Page) -> None:
    tab = page(shell.SQL)
    tab.text_area(key="sql-question").set_value("DELETE FROM runs").run()
    tab.button(key="sql-ask").click().run()
    assert "one SELECT is taken at a time" in tab.error[0].value
