"""What a person is asked before a model's code runs where nothing confines it, and what follows from the answer."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from rlm_app.build import App
from rlm_app.trust import CONSENT


def page() -> None:
    """Draw a button that starts a run as a machine without walls would let it."""
    import streamlit as st

    from rlm_app.errors import ConfigError
    from rlm_app.trust import CONSENT, ConsentNeeded
    from rlm_app.ui import consent
    from rlm_app.ui.handle import shared_app

    app = shared_app()

    def start() -> str:
        if not app.store.preference("somebody", CONSENT):
            raise ConsentNeeded("no walls")
        raise ConfigError("It was started.")

    if st.button("Ask", key="ask"):
        consent.begin(app, "somebody", start)


@pytest.fixture
def asked(app: App) -> AppTest:
    at = AppTest.from_function(page, default_timeout=20).run()
    return at.button(key="ask").click().run()


def test_a_person_is_told_in_plain_words_what_they_agree_to_and_offered_docker(asked: AppTest) -> None:
    said = " ".join(block.value for block in asked.markdown)
    assert "it runs with your account's rights" in said
    assert asked.button(key="consent-docker").label == "Use Docker"


def test_who_agrees_is_remembered_and_the_run_starts(asked: AppTest, app: App) -> None:
    at = asked.button(key="consent-give").click().run()
    assert app.store.preference("somebody", CONSENT) is True
    assert [error.value for error in at.button(key="ask").click().run().error] == ["It was started."]


@pytest.mark.parametrize("button", ["consent-cancel", "consent-docker"])
def test_who_does_not_agree_starts_nothing(asked: AppTest, app: App, button: str) -> None:
    at = asked.button(key=button).click().run()
    assert not app.store.preference("somebody", CONSENT)
    assert not at.error
