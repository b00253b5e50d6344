"""Who somebody is on a page: refused from elsewhere, asked to sign in, let in or not, known again."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from rlm_app import owners, settings
from rlm_app.settings import Settings
from rlm_app.ui import handle, host
from tests.pages.conftest import ROOT
from tests.pages.seeing import texts

Visit = Callable[..., AppTest]
ISSUER = "https://id.example"


@pytest.fixture
def visit(tmp_path: Path, furnished: Path) -> Iterator[Visit]:
    """Return a function that opens a tab for somebody with these claims, in an app that lets `people` in."""
    shutil.copytree(furnished, tmp_path / "home")

    def open_tab(claims: dict[str, Any], *people: str, login: tuple[str, ...] = ("",)) -> AppTest:
        handle.close()
        # Given like this and not in a file: Streamlit would keep what such a file says for all tests of this process.
        host.once("settings", lambda: Settings(tmp_path / "home", shared=True, login=login, people=people))
        tab = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
        tab.user = claims
        tab.run()
        assert not tab.exception
        return tab

    yield open_tab
    handle.close()


def test_who_has_not_signed_in_sees_the_way_to_do_so_and_nothing_else(visit: Visit) -> None:
    tab = visit({"is_logged_in": False})
    assert [button.label for button in tab.button] == ["Sign in"]
    assert not tab.title
    named = visit({"is_logged_in": False}, login=("google", "work"))
    assert [button.label for button in named.button] == ["Sign in with google", "Sign in with work"]


def test_who_signed_in_owns_what_their_provider_and_they_are_called(visit: Visit) -> None:
    tab = visit({"is_logged_in": True, "iss": ISSUER, "sub": "7", "email": "ann@example.org", "name": "Ann"})
    assert tab.title[0].value == "Ask your documents"
    assert not tab.exception
    app, mine = handle.shared_app(), owners.person(ISSUER, "7")
    app.store.keep_preference(mine, "sql", {"Anns question": "SELECT 1"})
    tab.switch_page("pages/sql.py").run()
    assert "Anns question" in str(tab.selectbox)
    other = visit({"is_logged_in": True, "iss": "https://other.example", "sub": "7", "name": "Ann"})
    other.switch_page("pages/sql.py").run()
    assert "Anns question" not in str(other.selectbox)


@pytest.mark.parametrize(
    ("claims", "people", "sentence"),
    [
        (
            {"iss": ISSUER, "sub": "7", "email": "eve@example.org", "email_verified": True},
            "ann@example.org",
            "not let in",
        ),
        ({"iss": ISSUER, "sub": "7", "email": "ann@example.org"}, ("ann@example.org",), "not checked your mail"),
        ({"iss": ISSUER}, (), "no issuer or no subject"),
        ({"sub": "7"}, (), "no issuer or no subject"),
    ],
)
def test_who_may_not_come_in_is_told_why_and_can_sign_out(
    visit: Visit, claims: dict[str, Any], people: tuple[str, ...], sentence: str
) -> None:
    tab = visit({"is_logged_in": True, **claims}, *people)
    assert sentence in texts(tab)
    assert [button.label for button in tab.button] == ["Sign out"]
    assert not tab.title


def test_a_provider_that_only_streamlit_knows_is_enough_to_ask_for_a_sign_in(visit: Visit) -> None:
    assert "Opening your workspace …" in texts(visit({"is_logged_in": False}, login=()))
    again = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    again.secrets = {"auth": {"client_id": "x"}}
    again.run()
    assert [button.label for button in again.button] == ["Sign in"]


def test_settings_that_cannot_be_used_are_a_sentence_on_every_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RLM_APP_MODE", "everybody")
    handle.close()
    tab = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    assert not tab.exception
    assert "which is no mode" in tab.error[0].value


def test_what_a_browser_makes_its_server_clear_leaves_the_app_and_the_runs_of_all_alone(
    visit: Visit,
) -> None:
    import streamlit as st

    visit({"is_logged_in": False})
    app = handle.shared_app()
    st.cache_resource.clear()  # what the server does when any browser sends "clear caches"
    st.cache_data.clear()
    assert handle.shared_app() is app
    assert app.store.runs("somebody") == []


def test_settings_are_read_once(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    visit({})
    first = host.settings()
    monkeypatch.setenv("RLM_APP_MODE", settings.LOCAL)
    assert host.settings() is first
