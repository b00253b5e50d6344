"""Where code runs: chosen on two pages, measured on one, and what is missing said on both."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from rlm_app.build import App
from rlm_app.ui import shell
from tests.pages.seeing import texts

Page = Callable[..., AppTest]


def tab_of(page: Page) -> AppTest:
    tab = page(shell.SETTINGS)
    tab.session_state["settings-tab"] = "Environments"
    return tab.run()


def test_an_environment_is_measured_from_nothing_to_its_first_cell(page: Page, app: App) -> None:
    tab = tab_of(page)
    tab.button(key="measure-local").click().run()
    end = time.monotonic() + 20
    while "First cell after" not in texts(tab) and time.monotonic() < end:
        time.sleep(0.05)
        tab.run()
    assert "First cell after" in texts(tab)


def test_what_is_missing_is_said_with_the_command_that_fixes_it(
    page: Page, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("MODAL_TOKEN_ID", "MODAL_CONFIG_PATH", "PRIME_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    shown = texts(tab_of(page)).replace("\\", "")
    assert "What is missing" in shown
    for command in ("systemctl start docker", "modal token new", "prime login"):
        assert command in shown


def test_the_environment_picked_on_the_ask_page_is_kept_and_what_it_lacks_is_said(
    page: Page, app: App, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    tab = page(shell.ASK)
    tab.selectbox(key="ask-environment").set_value("docker").run()
    assert "No Docker engine answers" in texts(tab).replace("\\", "")
    assert tab.session_state["ui_choice"].environment == "docker"
    tab.selectbox(key="ask-environment").set_value("local").run()
    assert "No Docker engine" not in texts(tab)


def test_every_environment_can_be_picked_by_its_title(page: Page, app: App) -> None:
    offered = page(shell.ASK).selectbox(key="ask-environment").options
    assert offered == list(app.environment_titles.values())
    assert len(offered) == 4
