from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from streamlit.testing.v1 import AppTest

from rlm_app.trials import Found, Trial
from rlm_app.ui import shell
from tests.pages.seeing import texts, until
from tests.servers.openai_server import MODELS, TROUBLE, OpenAIServer

Page = Callable[..., AppTest]
KEY = "sk-recognisable-0123456789"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenAIServer]:
    """Run OpenAI's protocol at the address that the environment names for it."""
    with OpenAIServer() as running:
        monkeypatch.setenv("OPENAI_BASE_URL", running.url)
        yield running


@pytest.fixture
def tested(server: OpenAIServer, page: Page) -> Callable[[], AppTest]:
    """Return a function that types a key on the Settings page, presses Test, and waits for what comes of it."""

    def press() -> AppTest:
        tab = page(shell.SETTINGS)
        tab.text_input(key="all-key-openai").set_value(KEY).run()
        tab.button(key="all-test-openai").click().run()
        return until(tab, lambda seen: not seen.button(key="all-test-openai").disabled)

    return press


def test_a_test_says_yes_with_the_models_that_are_then_offered(tested: Callable[[], AppTest]) -> None:
    tab = tested()
    assert f"It answers: {len(MODELS)} models in" in texts(tab)
    tab.selectbox(key="settings-backend").set_value("openai").run()
    assert all(
        any(option.startswith(model) for option in tab.selectbox(key="settings-root-openai").options)
        for model in MODELS
    )


def test_a_test_says_why_not_without_the_key(server: OpenAIServer, tested: Callable[[], AppTest]) -> None:
    server.script = (TROUBLE["key"],)
    tab = tested()
    assert ":red[:material/close:]" in texts(tab)
    assert "key" in texts(tab)
    assert KEY not in texts(tab)


def test_a_backend_without_a_key_says_so_when_it_is_tested(page: Page) -> None:
    tab = page(shell.SETTINGS)
    tab.button(key="all-test-openai").click().run()
    assert "needs a key" in texts(until(tab, lambda seen: not seen.button(key="all-test-openai").disabled))


def test_a_server_that_was_found_is_used_with_a_model_it_has(page: Page) -> None:
    tab = page(shell.SETTINGS)
    found = Found("ollama", "http://localhost:11434/v1", ("qwen3:8b", "gemma3:4b"))
    search = Trial(lambda cancel: (found,))
    assert search.wait(5)
    tab.session_state["ui_search"] = search
    tab.run()
    assert "**Ollama on this machine** · 2 models" in texts(tab)
    tab.button(key="settings-use-ollama").click().run()
    assert tab.selectbox(key="settings-backend").value == "ollama"
    assert tab.selectbox(key="settings-root-ollama").value == "qwen3:8b"
    assert any(option.startswith("gemma3:4b") for option in tab.selectbox(key="settings-sub-ollama").options)


def test_where_no_server_answers_that_is_said(page: Page) -> None:
    tab = page(shell.SETTINGS)
    search: Trial[Found] = Trial(lambda cancel: ())
    assert search.wait(5)
    tab.session_state["ui_search"] = search
    assert "No server answers at the usual places" in texts(tab.run())


def test_a_forgotten_key_is_gone_from_the_session(tested: Callable[[], AppTest]) -> None:
    tab = tested()
    assert tab.session_state["ui_keys"] == {"openai": KEY}
    tab.button(key="all-forget-openai").click().run()
    assert tab.session_state["ui_keys"] == {}
    assert "Typed for this session" not in texts(tab)
