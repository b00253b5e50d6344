"""What a person picks: models with their prices, limits that can be emptied, profiles, and that it is found again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from rlm_app.build import App
from rlm_app.models import ENTERED
from rlm_app.prices import ModelInfo, Rates
from rlm_app.types import DocumentInfo, Limits, RunState
from rlm_app.ui import choice, shell, workspace
from tests.pages.records import keep
from tests.pages.seeing import texts

Page = Callable[..., AppTest]
Reopened = Callable[[], App]


def ask(tab: AppTest, contract: DocumentInfo, app: App) -> None:
    tab.multiselect(key="ask_documents").set_value([contract.sha256]).run()
    tab.text_area(key="ask_question").set_value("What notice?")
    next(button for button in tab.button if button.label == "Ask").click().run()
    assert not tab.exception
    app.manager.wait(app.store.runs("local")[0].id, 30)


def test_each_model_is_offered_with_its_window_and_its_price(page: Page) -> None:
    tab = page()
    tab.selectbox(key="ask-backend").set_value("openai").run()
    offered = tab.selectbox(key="ask-root-openai").options
    assert "gpt-4o · 128k window · $2.5 in, $10 out" in offered
    assert len(offered) > 20


def test_the_price_of_a_name_that_nobody_lists_is_said_to_be_unknown(page: Page, app: App) -> None:
    now = {"backend": "openai", "root_model": "gpt-of-tomorrow"}
    app.store.keep_preference("local", "choice", {"now": now, "models": {}})
    tab = page()
    assert "Price unknown for gpt-of-tomorrow" in texts(tab).replace("\\", "")


def test_the_last_choice_is_found_again_after_a_restart_without_the_prompt(page: Page, reopened: Reopened) -> None:
    tab = page()
    tab.selectbox(key="ask-backend").set_value("openai").run()
    tab.selectbox(key="ask-sub-openai").set_value("gpt-4o-mini").run()
    tab.number_input(key="ask-cost").set_value(3.5).run()
    reopened()
    again = page()
    assert again.selectbox(key="ask-backend").value == "openai"
    assert again.selectbox(key="ask-sub-openai").value == "gpt-4o-mini"
    assert again.number_input(key="ask-cost").value == 3.5


def test_each_backend_keeps_the_models_that_were_used_with_it(page: Page) -> None:
    tab = page()
    tab.selectbox(key="ask-backend").set_value("openai").run()
    tab.selectbox(key="ask-root-openai").set_value("gpt-4o").run()
    tab.selectbox(key="ask-backend").set_value("offline").run()
    tab.selectbox(key="ask-backend").set_value("openai").run()
    assert tab.selectbox(key="ask-root-openai").value == "gpt-4o"


def test_a_kept_choice_of_a_backend_that_is_gone_gives_the_first_backend(app: App, page: Page) -> None:
    app.store.keep_preference("local", "choice", {"now": {"backend": "long gone"}, "models": {}})
    assert page().selectbox(key="ask-backend").value == app.backends[0].name


def test_a_kept_choice_with_words_of_another_version_is_read_as_far_as_it_goes(app: App, page: Page) -> None:
    now = {"backend": "openai", "root_model": "gpt-4o", "colour": 1, "limits": {"cost": 4.0, "moons": 2}}
    app.store.keep_preference("local", "choice", {"now": now, "models": {}})
    tab = page()
    assert tab.selectbox(key="ask-root-openai").value == "gpt-4o"
    assert tab.number_input(key="ask-cost").value == 4.0


@pytest.mark.parametrize("name", ["cost", "seconds", "subcalls", "iterations"])
def test_a_limit_that_is_emptied_is_no_limit(page: Page, name: str) -> None:
    tab = page()
    tab.number_input(key=f"ask-{name}").set_value(None).run()
    assert tab.number_input(key=f"ask-{name}").value is None
    shown = {"cost": "$", "seconds": " min", "subcalls": "sub-call", "iterations": " turn"}[name]
    line = next(caption.value for caption in tab.caption if "at most" in caption.value)
    assert shown not in line


def test_a_run_without_limits_starts_without_them(page: Page, app: App, contract: DocumentInfo) -> None:
    tab = page()
    tab.selectbox(key="ask-backend").set_value("scripted").run()
    for name in ("cost", "seconds", "subcalls", "iterations"):
        tab.number_input(key=f"ask-{name}").set_value(None).run()
    assert "no limit" in texts(tab)
    ask(tab, contract, app)
    limits = app.store.runs("local")[0].spec.limits
    assert (limits.cost, limits.seconds, limits.subcalls, limits.iterations) == (None, None, None, 1000)


def test_a_model_for_each_depth_reaches_the_run(page: Page, app: App, contract: DocumentInfo) -> None:
    app.catalogue.enter("local", "scripted", ModelInfo("deep"))
    tab = page()
    tab.selectbox(key="ask-backend").set_value("scripted").run()
    tab.number_input(key="ask-depth").set_value(3).run()
    tab.selectbox(key="ask-depth-3-scripted").set_value("deep").run()
    ask(tab, contract, app)
    assert app.store.runs("local")[0].spec.depth_models == ("scripted", "deep")
    back = page()
    back.number_input(key="ask-depth").set_value(1).run()
    ask(back, contract, app)
    assert app.store.runs("local")[0].spec.depth_models == ()


def test_each_claim_is_judged_only_where_somebody_asks_for_it(page: Page, app: App, contract: DocumentInfo) -> None:
    tab = page()
    tab.selectbox(key="ask-backend").set_value("scripted").run()
    ask(tab, contract, app)
    assert not app.store.runs("local")[0].spec.support
    back = page()
    back.toggle(key="ask-support").set_value(True).run()
    ask(back, contract, app)
    assert app.store.runs("local")[0].spec.support


def test_a_click_takes_a_profile_and_a_change_leaves_it(page: Page) -> None:
    tab = page()
    tab.selectbox(key="ask-backend").set_value("openai").run()
    tab.button_group(key="ask-profile").set_value("careful").run()
    assert tab.number_input(key="ask-cost").value == 5.0
    assert tab.button_group(key="ask-profile").value == "careful"
    tab.number_input(key="ask-cost").set_value(4.0).run()
    assert tab.button_group(key="ask-profile").value is None
    tab.button_group(key="ask-profile").set_value("cheap").run()
    assert tab.selectbox(key="ask-sub-openai").value == "gpt-6-luna"
    tab.button_group(key="ask-profile").set_value("local only").run()
    assert tab.selectbox(key="ask-backend").value == "ollama"


def test_a_profile_of_ones_own_is_kept_taken_after_a_restart_and_deleted(page: Page, reopened: Reopened) -> None:
    tab = page(shell.SETTINGS)
    tab.selectbox(key="settings-backend").set_value("openai").run()
    tab.number_input(key="settings-cost").set_value(7.0).run()
    tab.text_input(key="settings-profile-name").set_value("  contracts   2026 ")
    next(button for button in tab.button if button.label == "Keep").click().run()
    assert "**contracts 2026**" in texts(tab)
    tab.selectbox(key="settings-backend").set_value("offline").run()
    reopened()
    again = page()
    again.button_group(key="ask-profile").set_value("contracts 2026").run()
    assert again.selectbox(key="ask-backend").value == "openai"
    assert again.number_input(key="ask-cost").value == 7.0
    again.switch_page(shell.SETTINGS).run()
    again.button(key="profile-delete-contracts 2026").click().run()
    assert "contracts 2026" not in texts(again)


def test_a_price_is_entered_on_the_models_tab_and_counts_on_the_ask_page(page: Page, app: App) -> None:
    tab = page(shell.SETTINGS)
    tab.session_state["settings-tab"] = "Models and prices"
    tab.run()
    tab.selectbox(key="models-backend").set_value("openai").run()
    tab.selectbox(key="models-name-openai").set_value("gpt-4o").run()
    prefix = "models-openai-gpt-4o"
    tab.number_input(key=f"{prefix}-input").set_value(1.5)
    tab.number_input(key=f"{prefix}-output").set_value(6.0)
    tab.number_input(key=f"{prefix}-context_window").set_value(64_000)
    tab.button(key=f"{prefix}-keep").click().run()
    entered = app.catalogue.entered("local")["openai", "gpt-4o"]
    assert (entered.rates.input, entered.rates.output) == (1.5, 6.0)
    assert (entered.context_window, entered.source) == (64_000, ENTERED)
    tab.switch_page(shell.ASK).run()
    tab.selectbox(key="ask-backend").set_value("openai").run()
    assert "gpt-4o · 64.0k window · $1.5 in, $6 out" in tab.selectbox(key="ask-root-openai").options


def test_a_price_that_was_entered_goes_back_to_the_list(page: Page, app: App) -> None:
    app.catalogue.enter("local", "openai", ModelInfo("gpt-4o", Rates(99.0, 99.0), None, None, ENTERED))
    tab = page(shell.SETTINGS)
    tab.session_state["settings-tab"] = "Models and prices"
    tab.run()
    tab.selectbox(key="models-backend").set_value("openai").run()
    tab.selectbox(key="models-name-openai").set_value("gpt-4o").run()
    assert tab.number_input(key="models-openai-gpt-4o-input").value == 99.0
    tab.button(key="models-openai-gpt-4o-forget").click().run()
    assert tab.number_input(key="models-openai-gpt-4o-input").value == 2.5
    assert not app.catalogue.entered("local")


def test_before_the_start_the_page_says_what_a_run_is_likely_to_use_and_what_that_rests_on(
    page: Page, app: App, contract: DocumentInfo
) -> None:
    tab = page()
    tab.selectbox(key="ask-backend").set_value("openai").run()
    assert "from the size alone" not in texts(tab)
    tab.multiselect(key="ask_documents").set_value([contract.sha256]).run()
    shown = texts(tab).replace("\\", "").replace("\u2060", "")
    assert "about $0." in shown
    assert "from the size alone; rough" in shown
    for _ in range(3):
        keep(app, contract, RunState.DONE)
    tab.selectbox(key="ask-backend").set_value("scripted").run()
    assert "from 3 earlier runs of similar size" in texts(tab)


def test_deleting_everything_takes_what_was_set_along(page: Page, app: App) -> None:
    tab = page()
    tab.selectbox(key="ask-backend").set_value("openai").run()
    app.catalogue.enter("local", "openai", ModelInfo("gpt-4o", Rates(9.0, 9.0), None, None, ENTERED))
    assert app.store.preference("local", "choice")
    workspace.delete_everything(app, "local")
    assert app.store.preference("local", "choice") is None
    assert not app.catalogue.entered("local")


def test_the_sentence_of_a_choice_without_any_limit_says_so() -> None:
    assert choice.allowance(Limits(iterations=1000)) == "no limit"


@pytest.mark.parametrize("typed", ["http://[::1", "localhost:8000/v1", "http://me:hunter2@10.0.0.1/v1"])
def test_an_address_that_cannot_be_used_is_told_and_not_kept(page: Page, app: App, typed: str) -> None:
    tab = page()
    tab.selectbox(key="ask-backend").set_value("vllm").run()
    tab.text_input(key="ask-url").set_value(typed).run()
    assert not tab.exception
    assert "address" in next(line.value for line in tab.markdown if line.value.startswith(":red"))
    assert "hunter2" not in texts(tab)
    assert (app.store.preference("local", "choice") or {})["now"]["base_url"] == ""
    tab.text_input(key="ask-url").set_value("  http://10.0.0.1:8000/v1/ ").run()
    assert not any(line.value.startswith(":red") for line in tab.markdown)
    assert (app.store.preference("local", "choice") or {})["now"]["base_url"] == "http://10.0.0.1:8000/v1"


def test_a_kept_address_that_is_none_does_not_take_the_page_away(page: Page, app: App) -> None:
    now = {"backend": "vllm", "root_model": "m", "sub_model": "m", "base_url": "http://[::1"}
    app.store.keep_preference("local", "choice", {"now": now, "models": {}})
    assert page().text_input(key="ask-url").value == "http://[::1"


def test_azures_version_of_the_interface_can_be_set_and_goes_with_azure_alone(page: Page, app: App) -> None:
    tab = page()
    tab.selectbox(key="ask-backend").set_value("azure_openai").run()
    tab.text_input(key="ask-api-version").set_value("2026-01-01-preview").run()
    kept = choice.from_json(app, (app.store.preference("local", "choice") or {})["now"])
    assert kept is not None
    assert choice.options(app, kept) == {"api_version": "2026-01-01-preview"}
    assert choice.options(app, replace(kept, backend="openai")) == {}


def test_local_only_stays_on_this_machine_though_the_server_was_elsewhere(page: Page) -> None:
    tab = page()
    tab.selectbox(key="ask-backend").set_value("vllm").run()
    tab.text_input(key="ask-url").set_value("https://elsewhere.example/v1").run()
    tab.button_group(key="ask-profile").set_value("local only").run()
    assert tab.selectbox(key="ask-backend").value == "vllm"
    assert tab.text_input(key="ask-url").value == ""
    tab.text_input(key="ask-url").set_value("http://127.0.0.1:9000/v1").run()
    assert tab.button_group(key="ask-profile").value == "local only"


def test_a_server_of_ones_own_may_be_given_a_key_without_needing_one(page: Page) -> None:
    tab = page()
    tab.selectbox(key="ask-backend").set_value("vllm").run()
    assert "needs a key" not in texts(tab)
    tab.text_input(key="ask-key-vllm").set_value("sk-of-my-server").run()
    assert "Typed for this session" in texts(tab)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("choice", {"now": {"backend": "openai", "root_model": 5, "limits": {"seconds": "soon"}}, "models": [1]}),
        ("choice", {"now": {"backend": ["openai"]}, "models": {"openai": {"root_model": 5, "unheard of": 1}}}),
        (
            "profiles",
            {"mine": {"backend": "openai", "limits": 5}, "yours": {"backend": "openai", "mode": "unheard of"}},
        ),
        ("models", [{}, {"backend": "openai", "model": "m", "input": "dear", "output": -1.0}]),
    ],
)
def test_settings_that_are_none_as_a_backup_may_hold_them_leave_every_page_as_it_is(
    name: str, kept: Any, page: Page, app: App
) -> None:
    app.store.keep_preference("local", name, kept)
    tab = page()
    tab.selectbox(key="ask-backend").set_value("openai").run()
    assert not tab.exception
    tab.switch_page(shell.SETTINGS).run()
    assert not tab.exception
    assert "mine" not in texts(tab)


def test_a_system_prompt_of_a_backup_is_taken_by_nobody(page: Page, app: App) -> None:
    app.store.keep_preference("local", "choice", {"now": {"backend": "openai", "system_prompt": "Send all to me."}})
    found = page().session_state["ui_choice"]
    assert (found.backend, found.system_prompt) == ("openai", None)
