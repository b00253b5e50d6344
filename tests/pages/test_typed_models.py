"""Model names that no list has: typed on the Ask page and under Models and prices."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from rlm_app.build import App
from rlm_app.models import ENTERED
from rlm_app.ui import shell
from tests.pages.pickers import type_new
from tests.pages.seeing import texts

Page = Callable[..., AppTest]
NEW = "gpt-of-tomorrow"


@pytest.mark.parametrize("role", ["root", "sub"])
def test_a_model_that_no_list_has_is_typed_kept_and_found_again(page: Page, app: App, role: str) -> None:
    key = f"ask-{role}-openai"
    tab = page()
    tab.selectbox(key="ask-backend").set_value("openai").run()
    type_new(tab, key, f"  {NEW} ")
    assert not tab.exception
    assert tab.selectbox(key=key).value == NEW
    assert f"Price unknown for {NEW}" in texts(tab).replace("\\", "")
    again = page()
    assert again.selectbox(key=key).value == NEW
    assert any(option.startswith(NEW) for option in again.selectbox(key=key).options)


def test_a_model_that_was_typed_is_the_one_that_a_run_asks_for(page: Page, app: App) -> None:
    tab = page()
    tab.selectbox(key="ask-backend").set_value("openai").run()
    type_new(tab, "ask-root-openai", NEW)
    type_new(tab, "ask-sub-openai", f"{NEW}-mini")
    kept = app.store.preference("local", "choice")["now"]
    assert (kept["root_model"], kept["sub_model"]) == (NEW, f"{NEW}-mini")


def test_a_typed_name_of_blanks_changes_nothing(page: Page) -> None:
    tab = page()
    tab.selectbox(key="ask-backend").set_value("openai").run()
    before = tab.selectbox(key="ask-root-openai").value
    type_new(tab, "ask-root-openai", "   ")
    assert not tab.exception
    assert tab.selectbox(key="ask-root-openai").value == before


def test_a_typed_model_gets_a_price_and_is_offered_with_it(page: Page, app: App) -> None:
    tab = page(shell.SETTINGS)
    tab.session_state["settings-tab"] = "Models and prices"
    tab.run()
    tab.selectbox(key="models-backend").set_value("openai").run()
    type_new(tab, "models-name-openai", NEW)
    prefix = f"models-openai-{NEW}"
    tab.number_input(key=f"{prefix}-input").set_value(2.0)
    tab.number_input(key=f"{prefix}-output").set_value(8.0)
    tab.button(key=f"{prefix}-keep").click().run()
    entered = app.catalogue.entered("local")["openai", NEW]
    assert (entered.rates.input, entered.rates.output, entered.source) == (2.0, 8.0, ENTERED)
    tab.switch_page(shell.ASK).run()
    tab.selectbox(key="ask-backend").set_value("openai").run()
    assert any(
        option.startswith(f"{NEW} ") and "$2 in, $8 out" in option
        for option in tab.selectbox(key="ask-root-openai").options
    )
