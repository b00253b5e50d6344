"""Links to shared runs on a server of many: they open without signing in, tell nobody their address, and lead nowhere else."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from playwright.sync_api import expect
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from rlm_app.build import open_app
from rlm_app.engine.trajectory import Trajectory
from rlm_app.exports.frozen import freeze
from rlm_app.exports.material import Material, Share
from rlm_app.records import RunSpec
from rlm_app.settings import Settings
from rlm_app.shares import DAY
from rlm_app.ui import handle
from rlm_app.ui.door import Door
from tests.e2e.browser import browser, needed
from tests.e2e.frames import heard
from tests.e2e.server import free_port
from tests.isolation.hosted import hosted
from tests.isolation.test_browsers import PEOPLE, secrets_for
from tests.servers.oidc_server import providing

SECRET = "quokka"
ANN = "person-ann"
LATE = 60_000


async def _page(_: object) -> HTMLResponse:
    return HTMLResponse("<p>page")


@pytest.mark.parametrize("shared", [True, False])
def test_the_page_of_a_link_tells_its_address_to_nobody_and_gives_no_cookie(tmp_path: Path, shared: bool) -> None:
    handle.close()
    inner = Starlette(routes=[Route("/", _page), Route("/base/shared", _page)])
    client = TestClient(
        Door(inner, Settings(tmp_path, shared=shared)), base_url="http://localhost", client=("127.0.0.1", 5)
    )
    headers = client.get("/base/shared?share=abc").headers
    assert headers["referrer-policy"] == "no-referrer"
    assert "noindex" in headers["x-robots-tag"]
    assert "set-cookie" not in headers
    assert "x-robots-tag" not in client.get("/").headers


def shared_run(home: Path) -> tuple[str, str]:
    """Keep a run of Ann's in this home and share it without her secret word; return the token and the run's id."""
    app = open_app(Settings(home=home))
    try:
        file = home / f"{SECRET}.txt"
        file.write_text(
            f"The {SECRET} may end this agreement with ninety days' notice. Fees are due.\n", encoding="utf-8"
        )
        info = app.add_file(file, file.name, ANN)
        spec = RunSpec(f"When may the {SECRET} end this agreement?", (info.sha256,), "offline", "offline", "offline")
        run_id = app.start(spec, ANN)
        app.manager.wait(run_id, 60)
        record, document = app.run(run_id, ANN), app.document(info.sha256, ANN)
        assert record is not None
        assert document is not None
        assert SECRET in record.answer
        material = Material(record, app.trajectory(run_id, ANN) or Trajectory(), (document,))
        copy = freeze(material, Share(prompts=True, names=(SECRET,)), time.time())
        return app.sharing.make(run_id, ANN, copy, time.time() + DAY)[0], run_id
    finally:
        app.close()


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.timeout(300)
def test_who_has_not_signed_in_reads_what_a_link_shows_and_reaches_nothing_else(tmp_path: Path) -> None:
    path, port, home = needed(), free_port(), tmp_path / "home"
    home.mkdir()
    token, run_id = shared_run(home)
    with (
        providing(PEOPLE) as provider,
        hosted(home, secrets=secrets_for(provider, port), port=port) as address,
        browser(path) as chromium,
    ):
        context = chromium.new_context()
        page = context.new_page()
        page.set_default_timeout(LATE)
        expect.set_options(timeout=LATE)
        frames = heard(page)
        page.goto(f"{address}/shared?share={token}")
        expect(page.get_by_text("Shared to be read, until")).to_be_visible()
        expect(page.get_by_text("may end this agreement with ninety days").first).to_be_visible()
        page.locator("summary", has_text="Turn 1").click()
        expect(page.get_by_text("Code", exact=True).first).to_be_visible()
        assert page.evaluate("document.querySelector('meta[name=referrer]').content") == "no-referrer"
        assert page.locator("a:not([href^='#'])").count() == 0
        assert frames
        assert not any(SECRET.encode() in frame.lower() for frame in frames)
        assert SECRET not in page.content().lower()
        for elsewhere in (f"run?run={run_id}", f"run?run={run_id}&share={token}", f"?share={token}", "history", "sql"):
            page.goto(f"{address}/{elsewhere}")
            expect(page.get_by_role("button", name="Sign in")).to_be_visible()
            assert "ninety days" not in page.content()
        page.goto(f"{address}/shared?share={token[::-1]}")
        expect(page.get_by_text("This link opens nothing")).to_be_visible()
        assert [each for each in context.cookies() if "rlm" in str(each.get("name"))] == []
