from __future__ import annotations

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from rlm_app.build import App
from rlm_app.engine.profiles import profile_for
from rlm_app.engine.prompts import ROOT_MARK, system_prompt
from rlm_app.engine.texts import read
from rlm_app.types import DocumentInfo, RunState
from rlm_app.ui import safe, shell, workspace
from tests.pages.records import keep
from tests.pages.seeing import texts

Page = Callable[..., AppTest]


def test_each_environment_says_what_it_covers_and_what_it_does_not(page: Page, app: App) -> None:
    tab = page(shell.SETTINGS)
    tab.session_state["settings-tab"] = "Environments"
    shown = texts(tab.run())
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
    workspace.delete_everything(app, "local")
    assert not app.documents("local")
    assert not app.store.runs("local")
    assert app.run(other, "somebody else") is not None


def test_the_prompts_tab_shows_the_profile_of_the_root_model_and_all_profiles(page: Page, app: App) -> None:
    tab = page(shell.SETTINGS)
    tab.selectbox(key="settings-backend").set_value("ollama").run()
    assert "**qwen3\\:30b** belongs to the profile **small**" in texts(tab)
    labels = [found.proto.label for found in tab.get("expander")]
    for profile in app.prompt_profiles:
        assert any(label.startswith(f"**{profile.name}**") for label in labels)
    tab.session_state["profile-caller-False"] = True
    tab.run()
    sent = next(code.value for code in tab.code if code.value.startswith(ROOT_MARK))
    assert sent == app.prompt_for("qwen3-coder").sent() == system_prompt(profile=profile_for("qwen3-coder"), cites=True)


def trajectory_system(app: App, run_id: str) -> str:
    trajectory = app.trajectory(run_id, "local")
    assert trajectory is not None
    return trajectory.turns[0].reply.messages[0].content


def test_a_prompt_of_ones_own_holds_for_the_session_braces_and_all_and_can_be_taken_back(
    page: Page, app: App, contract: DocumentInfo
) -> None:
    own = 'Write code like this: ```repl\nprint({"a": 1})\n``` and use {braces}.'
    tab = page(shell.SETTINGS)
    tab.selectbox(key="settings-backend").set_value("scripted").run()
    tab.text_area(key="settings-prompt-frontier").set_value(own).run()
    assert "your own" in texts(tab)
    assert read("cite") in [code.value for code in tab.code]
    tab.switch_page(shell.ASK).run()
    assert "your own prompt" in texts(tab)
    tab.multiselect(key="ask_documents").set_value([contract.sha256]).run()
    tab.text_area(key="ask_question").set_value("What notice?")
    next(button for button in tab.button if button.label == "Ask").click().run()
    record = app.store.runs("local")[0]
    assert record.spec.system_prompt == own
    app.manager.wait(record.id, 30)
    assert trajectory_system(app, record.id) == f"{own}\n\n{read('cite')}"
    tab.switch_page(shell.SETTINGS).run()
    assert tab.text_area(key="settings-prompt-frontier").value == own
    tab.text_area(key="settings-prompt-frontier").set_value("Never use `cite`.").run()
    assert "it is sent as it stands" in texts(tab)
    assert read("cite") not in [code.value for code in tab.code]
    tab.button(key="settings-prompt-reset").click().run()
    assert tab.text_area(key="settings-prompt-frontier").value == app.prompt_for("scripted").text
    assert tab.button(key="settings-prompt-reset").disabled
