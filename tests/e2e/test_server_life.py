import json
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from rlm_app.build import App, open_app
from rlm_app.settings import Settings
from rlm_app.types import RunState
from tests.e2e.asking import ask, choose_scripted
from tests.e2e.scripts import script
from tests.e2e.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

NOTICE = "Either party may end this lease by giving ninety days written notice to the other, counted from receipt.\n"


@pytest.fixture(params=[False, True], ids=["streamlit run, told to end", "serve, Ctrl-C"])
def server(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Server]:
    says = tmp_path / "script.json"
    says.write_text(json.dumps(script(delay=2.5)), encoding="utf-8")
    found = Server(tmp_path, says, own=request.param)
    try:
        found.start()
        yield found
    finally:
        found.stop()


def opened(server: Server, tmp_path: Path) -> App:
    return open_app(Settings(home=server.home, script=tmp_path / "script.json"))


def test_a_server_that_is_told_to_end_does_so_in_time_and_its_runs_go_on_where_they_were(
    server: Server, page: Page, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    with_signal = signal.SIGINT if "Ctrl-C" in request.node.name else signal.SIGTERM
    page.goto(server.address)
    notice = {"name": "lease.txt", "mimeType": "text/plain", "buffer": (NOTICE * 12).encode()}
    page.locator("input[type=file]").set_input_files(notice)  # type: ignore[arg-type]
    expect(page.get_by_text("text OK").first).to_be_visible()
    choose_scripted(page)
    run_id = ask(page, "How long is the notice period?").rpartition("=")[2]
    expect(page.locator("summary", has_text="Turn 1")).to_be_visible()

    time.sleep(1)  # into the second reply, which is under way then
    assert server.leave(with_signal) < 10

    app = opened(server, tmp_path)
    record = app.run(run_id, "local")
    assert record is not None
    assert record.state is RunState.INTERRUPTED
    saved, sent = app.saved_calls(run_id, "local")
    assert sent - saved <= 12  # the sub-calls of one cell
    assert saved >= 1
    app.close()

    server.start()
    page.goto(f"{server.address}/run?run={run_id}")
    expect(page.get_by_text("The app was closed while this run was at work")).to_be_visible()
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_text("1 of 2 quotes found word for word")).to_be_visible(timeout=60_000)
    assert server.leave(with_signal) < 10
    app = opened(server, tmp_path)
    finished = app.run(run_id, "local")
    assert finished is not None
    assert finished.state is RunState.DONE
    assert finished.usage.calls == app.saved_calls(run_id, "local")[0]
    app.close()
    assert "Traceback" not in server.log
