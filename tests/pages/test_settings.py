from __future__ import annotations

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from rlm_app.build import App
from rlm_app.types import DocumentInfo, RunState
from rlm_app.ui import panels, safe, shell
from tests.pages.records import keep
from tests.pages.seeing import texts

Page = Callable[..., AppTest]


def test_each_environment_says_what_it_covers_and_what_it_does_not(page: Page, app: App) -> None:
    shown = texts(page(shell.SETTINGS))
    for environment in app.environments:
        assert safe.markdown(environment.covers) in shown
        assert safe.markdown(environment.misses) in shown


def test_every_backend_is_listed_with_what_it_needs(page: Page, app: App) -> None:
    shown = texts(page(shell.SETTINGS)).replace("\\", "")
    for backend in app.backends:
        assert f"**{backend.title}**" in shown
    assert "Needs no key." in shown


def test_a_key_typed_here_holds_on_the_ask_page_and_can_be_forgotten(page: Page) -> None:
    tab = page(shell.SETTINGS)
    tab.text_input(key="all-key-openai").set_value("sk-typed").run()
    tab.button(key="all-forget-openai").click().run()
    assert tab.text_input(key="all-key-openai").value == ""
    tab.text_input(key="all-key-openai").set_value("sk-typed").run()
    tab.switch_page(shell.ASK).run()
    tab.selectbox(key="ask-backend").set_value("openai").run()
    assert "Typed for this session" in texts(tab)


def test_limits_changed_here_hold_for_the_next_question(page: Page) -> None:
    tab = page(shell.SETTINGS)
    tab.number_input(key="settings-cost").set_value(2.5).run()
    tab.switch_page(shell.ASK).run()
    assert "2.50" in texts(tab)


def test_the_page_says_where_the_data_is(page: Page, app: App) -> None:
    assert str(app.settings.data_file) in texts(page(shell.SETTINGS))


def test_everything_is_deleted_only_after_the_word_is_typed(page: Page, app: App, contract: DocumentInfo) -> None:
    keep(app, contract, RunState.DONE)
    other = keep(app, contract, RunState.DONE, owner="somebody else")
    tab = page(shell.SETTINGS)
    next(button for button in tab.button if button.label == "Delete everything").click().run()
    assert tab.button(key="delete-everything").disabled
    tab.text_input(key="delete-everything-word").set_value("delete").run()
    assert app.documents("local")
    panels.delete_everything(app, "local")
    assert not app.documents("local")
    assert not app.store.runs("local")
    assert app.run(other, "somebody else") is not None
