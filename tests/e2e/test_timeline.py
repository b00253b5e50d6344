from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, WebSocket, expect
from streamlit.proto.BackMsg_pb2 import BackMsg

from benchmarks.timeline_runs import keep
from rlm_app.build import open_app
from rlm_app.settings import Settings
from tests.e2e.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """Return the address of a stored run of 60 turns, whose turn 49 ended in an error."""
    app = open_app(Settings(home=tmp_path))
    run_id = keep(app, 60, 25)
    app.close()
    server = Server(tmp_path)
    try:
        server.start()
        yield f"{server.address}/run?run={run_id}"
        assert "Traceback" not in server.log
    finally:
        server.stop()


def focused(page: Page) -> str:
    """Return which turn has the focus."""
    text = page.evaluate("document.activeElement?.textContent ?? ''")
    found = re.search(r"Turn \d+", str(text))
    return found.group() if found else ""


def looks_of(page: Page) -> list[str]:
    """Return a list that gets the part at which the page looks by itself, each time it does."""
    looks: list[str] = []

    def note(payload: str | bytes) -> None:
        asked = BackMsg.FromString(payload).rerun_script if isinstance(payload, bytes) else None
        if asked and asked.is_auto_rerun:
            looks.append(asked.fragment_id)

    def listen(socket: WebSocket) -> None:
        socket.on("framesent", note)

    page.on("websocket", listen)
    return looks


def test_keys_move_from_turn_to_turn_and_from_place_to_place_and_a_step_has_an_address(
    address: str, page: Page
) -> None:
    looks = looks_of(page)
    page.goto(f"{address}&step=50")
    row = page.locator("[class*=st-key-turnrow-]").filter(has_text=re.compile(r"Turn 50\b"))
    expect(row.get_by_test_id("stDataFrame")).to_be_visible()  # of two pages of turns its own is drawn, and it is open
    expect(row.locator("summary").first).to_be_focused()
    page.keyboard.press("k")
    assert focused(page) == "Turn 49"
    expect(
        page.locator(".st-key-rlm_readying").get_by_test_id("stDataFrame")
    ).to_be_attached()  # it came after the rows
    page.keyboard.press("k")
    page.keyboard.press("e")
    assert focused(page) == "Turn 49"
    page.keyboard.press("k")
    page.keyboard.press("j")
    assert focused(page) == "Turn 49"

    sought = page.get_by_role("textbox", name="Search in this run")
    sought.fill("needle")
    sought.press("Enter")
    expect(page.get_by_text("3 places, 3 times in all")).to_be_visible()
    looked = len(looks)
    assert looked  # for what came after the rows; now that it is there, no more
    sought.press("n")  # a letter in a field is a letter
    expect(sought).to_have_value("needlen")
    sought.fill("needle")
    sought.press("Enter")
    page.get_by_role("tab", name="Timeline").focus()
    entries = page.evaluate("history.length")
    page.keyboard.press("n")
    expect(page.get_by_text("1 of 3 places")).to_be_visible()
    page.wait_for_url(re.compile(r"step=1\.1$"))
    assert page.evaluate("history.length") == entries  # Back leads to the page before, not to the step before
    expect(page.locator("[class*=st-key-step-]").first).to_be_in_viewport()
    page.keyboard.press("n")
    expect(page.get_by_text("2 of 3 places")).to_be_visible()
    page.keyboard.press("Shift+N")
    expect(page.get_by_text("1 of 3 places")).to_be_visible()
    assert len(looks) == looked

    def turn(number: int) -> Locator:
        named = page.locator("[class*=st-key-turnrow-]").filter(has_text=re.compile(rf"Turn {number}\b"))
        return named.locator("summary").first

    turn(25).focus()  # the last of its page
    page.keyboard.press("j")
    expect(turn(26)).to_be_focused()
    page.keyboard.press("k")
    expect(turn(25)).to_be_focused()
