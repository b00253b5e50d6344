"""A provider that asks to slow down: the page says who waits, how long and why."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from rlm_app.build import App
from rlm_app.records import RunSpec
from rlm_app.types import DocumentInfo
from rlm_app.ui import shell
from tests.pages.seeing import texts, until
from tests.servers.openai_server import TROUBLE, OpenAIServer
from tests.servers.site import Say

Page = Callable[..., AppTest]
Start = Callable[[OpenAIServer], str]


def busy(after: str) -> Say:
    return Say(status=429, headers={"retry-after": after}, error=TROUBLE["busy"].error)


@pytest.fixture
def asked(app: App, contract: DocumentInfo) -> Start:
    """Return a function that starts a run of one call at a server."""

    def start(server: OpenAIServer) -> str:
        options = {"base_url": server.url}
        spec = RunSpec("What?", (contract.sha256,), "vllm", "tiny", "tiny", mode="direct", options=options)
        return app.start(spec, "local")

    return start


def test_a_wait_for_the_provider_is_shown_while_it_lasts(page: Page, app: App, asked: Start) -> None:
    with OpenAIServer([busy("60")]) as server:
        run_id = asked(server)
        tab = until(page(shell.RUN, run=run_id), lambda tab: "tiny waits 6" in texts(tab))
        assert "the provider asked to slow down" in texts(tab)
        app.manager.stop(run_id, "local")
        app.manager.wait(run_id, 30)
        assert len(server.asked) == 1


def test_a_wait_that_is_over_stays_in_the_timeline(page: Page, app: App, asked: Start) -> None:
    with OpenAIServer([busy("0.3"), Say("Ninety days.")]) as server:
        run_id = asked(server)
        app.manager.wait(run_id, 30)
    tab = page(shell.RUN, run=run_id)
    tab.session_state[f"tabs-{run_id}"] = "Timeline"
    tab.session_state[f"turn-{run_id}-1-closing"] = True
    assert "tiny waits 0.3 s: the provider asked to slow down" in texts(tab.run()).replace("\\", "")
