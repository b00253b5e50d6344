from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from rlm_app.build import open_app
from rlm_app.settings import Settings
from tests.e2e.asking import ask, choose_scripted
from tests.e2e.papers import lease
from tests.e2e.scripts import script
from tests.e2e.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

WATCH_TURNS = Path(__file__).with_name("watch_turns.js")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    says = tmp_path / "script.json"
    says.write_text(json.dumps(script(delay=1.5)), encoding="utf-8")
    found = Server(tmp_path, says)
    try:
        found.start()
        yield found
    finally:
        found.stop()


def test_a_person_asks_of_a_pdf_watches_stops_reloads_and_finds_everything_after_a_restart(
    server: Server, page: Page, tmp_path: Path
) -> None:
    page.goto(server.address)
    page.locator("input[type=file]").set_input_files(lease(tmp_path / "lease.pdf"))
    expect(page.get_by_text("3 pages · text OK").first).to_be_visible()
    choose_scripted(page)

    first = ask(page, "How long is the notice period?")
    expect(page.locator("summary", has_text="Turn 1")).to_be_visible()
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    expect(page.locator(".st-key-run_header")).to_contain_text("Running")
    second = page.locator("summary", has_text="Turn 2")
    second.click()
    expect(page.get_by_text("llm_query_batched").first).to_be_visible()
    expect(page.get_by_text("checked line 0").first).to_be_visible()  # twice, when the turn gets what was live
    expect(page.get_by_test_id("stDataFrame").first).to_be_visible()
    expect(page.get_by_role("button", name="Ask again")).to_be_visible()
    expect(page.get_by_text("checked line 0")).to_be_visible()  # the turn being read did not fall shut at the end
    # The table is a canvas: this is its first row's box.
    page.get_by_test_id("stDataFrame").first.click(position={"x": 17, "y": 52})
    expect(page.get_by_text("Sub-call 1", exact=True)).to_be_visible()
    expect(page.get_by_text("This passage states a period of ninety days").first).to_be_visible()
    page.get_by_role("tab", name="Answer").click()
    expect(page.get_by_text("1 of 2 quotes found word for word")).to_be_visible()
    page.get_by_text("Show it on page 1").click()
    expect(page.locator(".st-key-leaf .rlm-box.rlm-found").first).to_be_visible()

    page.get_by_role("link", name="Ask", exact=True).first.click()
    stopped = ask(page, "What does the schedule hold?")
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("You stopped this run")).to_be_visible()
    page.reload()
    expect(page.get_by_text("You stopped this run")).to_be_visible()
    assert page.url.split("?")[1] == stopped.split("?")[1]

    server.stop()
    server.start()
    page.goto(first)
    expect(page.get_by_text("1 of 2 quotes found word for word")).to_be_visible()
    page.get_by_role("link", name="History").first.click()
    for question in ("How long is the notice period?", "What does the schedule hold?"):
        expect(page.get_by_role("link", name=question)).to_be_visible()
    page.get_by_role("link", name="How long is the notice period?").click()
    expect(page.get_by_text("1 of 2 quotes found word for word")).to_be_visible()
    assert "Traceback" not in server.log


def test_a_run_of_a_killed_app_is_resumed_on_its_page_and_asked_further(
    server: Server, page: Page, tmp_path: Path
) -> None:
    page.goto(server.address)
    page.locator("input[type=file]").set_input_files(lease(tmp_path / "lease.pdf"))
    expect(page.get_by_text("3 pages · text OK").first).to_be_visible()
    choose_scripted(page)
    run = ask(page, "How long is the notice period?")
    expect(page.locator("summary", has_text="Turn 2")).to_be_visible()

    server.kill()
    server.start()
    page.goto(run)
    expect(page.locator(".st-key-run_header")).to_contain_text("Interrupted")
    expect(page.get_by_text(re.compile(r"\d+ of \d+ calls are saved\."))).to_be_visible()
    page.get_by_role("button", name="Resume").click()
    expect(page.locator(".st-key-run_header")).to_contain_text("Done")
    expect(page.get_by_text("1 of 2 quotes found word for word")).to_be_visible()

    further = page.get_by_role("textbox", name="Ask a follow-up")
    further.fill("And who may end it?")
    further.press("Enter")
    expect(page.get_by_role("button", name="Follows: How long is the notice period?")).to_be_visible()
    expect(page.locator(".st-key-run_header")).to_contain_text("Done")
    expect(page.get_by_text("1 of 2 quotes found word for word")).to_be_visible()
    page.get_by_role("tab", name="Timeline").click()
    expect(page.locator(".rlm-strip", has_text="from the record, cost nothing").first).to_be_visible()
    page.get_by_role("button", name="Follows: How long is the notice period?").click()
    page.wait_for_url(run)
    assert "Traceback" not in server.log


def test_a_deep_link_is_the_first_request_and_the_page_comes_with_its_frame(server: Server, page: Page) -> None:
    page.goto(f"{server.address}/history")
    expect(page.get_by_text("No question was asked yet")).to_be_visible()
    expect(page.get_by_role("link", name="Documents").first).to_be_visible()
    page.goto(f"{server.address}/run?run={'0' * 32}")
    expect(page.get_by_text("This run does not exist.")).to_be_visible()
    assert "Traceback" not in server.log


def test_back_leads_from_a_run_to_the_form_and_out_and_from_the_form_to_a_run(server: Server, page: Page) -> None:
    page.goto(f"{server.address}/history")
    expect(page.get_by_text("No question was asked yet")).to_be_visible()
    page.get_by_role("link", name="Ask", exact=True).first.click()
    page.get_by_role("button", name="Use this question").first.click()
    expect(page.get_by_role("textbox", name="Question")).not_to_be_empty()
    run = ask(page, "Within how many days are invoices paid?")
    expect(page.get_by_role("button", name="Ask again")).to_be_visible()
    page.go_back()
    expect(page.get_by_text("Ask your documents")).to_be_visible()
    expect(page).to_have_url(f"{server.address}/")
    page.go_forward()
    page.wait_for_url(run)
    page.get_by_role("button", name="Ask again").click()
    expect(page.get_by_text("Ask your documents")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("button", name="Ask again")).to_be_visible()
    page.wait_for_url(run)
    assert "Traceback" not in server.log


def test_asking_waits_until_the_files_are_read_and_each_of_them_gets_its_line(
    server: Server, page: Page, tmp_path: Path
) -> None:
    page.goto(server.address)
    button = page.locator("[data-testid=stForm]").get_by_role("button", name="Ask")
    expect(button).to_be_enabled()
    for number in range(6):
        tmp_path.joinpath(f"note-{number}.txt").write_text(f"Pump {number} is greased weekly.", encoding="utf-8")
    tmp_path.joinpath("letters.mbox").write_text("From: a@b.example", encoding="utf-8")
    files = [*sorted(tmp_path.glob("note-*.txt")), tmp_path / "letters.mbox"]
    page.locator("input[type=file]").set_input_files(files)
    expect(page.get_by_text(re.compile(r"Reading \d of 7 files; ask when they are read"))).to_be_visible()
    expect(button).to_be_disabled()
    expect(page.get_by_text("Mailboxes cannot be read")).to_be_visible()
    expect(button).to_be_enabled()
    expect(page.get_by_text("note-5.txt", exact=True).first).to_be_visible()
    assert "Traceback" not in server.log


@pytest.mark.alone
def test_the_home_page_is_there_within_two_seconds_and_calls_nobody_outside(server: Server, page: Page) -> None:
    page.goto(server.address)  # the first visit warms the process and the browser's store
    expect(page.get_by_text("Try it on a sample document")).to_be_visible()
    outside: list[str] = []
    page.on("request", lambda request: outside.append(request.url) if _is_outside(request.url, server) else None)
    took = []
    for _ in range(4):
        began = time.monotonic()
        page.goto(server.address)
        expect(page.get_by_text("Ask your documents")).to_be_visible()
        took.append(time.monotonic() - began)
        expect(page.get_by_text("Try it on a sample document")).to_be_visible()
    assert min(took) < 2.0
    assert not outside


@pytest.mark.alone
def test_a_turn_is_on_the_screen_within_a_second_of_being_kept(server: Server, page: Page) -> None:
    page.goto(server.address)
    page.get_by_role("button", name="Use this question").first.click()
    choose_scripted(page)
    run_id = ask(page, "Which notice period applies?").split("run=")[1]
    shown = page.evaluate(WATCH_TURNS.read_text(encoding="utf-8"))
    expect(page.get_by_role("button", name="Ask again")).to_be_visible()
    waits = [shown_at - kept for shown_at, kept in zip(shown, _kept(server, run_id)[1:3], strict=True)]
    assert min(waits) < 1.0
    assert max(waits) < 2.0


def _kept(server: Server, run_id: str) -> list[float]:
    """Return when each turn's reply was kept, read from the data file once the server is gone."""
    server.stop()
    app = open_app(Settings(home=server.home))
    try:
        trajectory = app.trajectory(run_id, "local")
    finally:
        app.close()
    assert trajectory is not None
    return [turn.reply.at for turn in trajectory.turns]


def _is_outside(url: str, server: Server) -> bool:
    return not url.startswith((server.address, server.address.replace("http", "ws", 1), "data:", "blob:"))
