"""Pictures of every page, in light and dark and on a phone: `python -m tests.e2e.screenshots [folder]`."""

from __future__ import annotations

import json
import re
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.e2e.browser import browser, executable
from tests.e2e.scripts import script
from tests.e2e.server import ROOT, Server

DESK, PHONE = (1280, 860), (390, 844)


def main(folder: Path) -> None:
    """Start an app of its own, make some runs, and take the pictures."""
    path = executable()
    if path is None:
        raise SystemExit("There is no Chromium on this machine; install one to take pictures.")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        says = Path(home, "script.json")
        says.write_text(json.dumps(script(delay=4.0)), encoding="utf-8")
        server = Server(Path(home), says)
        server.start()
        try:
            with browser(path) as chromium:
                _all(chromium, server, folder)
        finally:
            server.stop()


def _all(chromium: Browser, server: Server, folder: Path) -> None:
    tab = _tab(chromium, DESK, dark=False)
    tab.goto(server.address)
    expect(tab.get_by_text("Try it on a sample document")).to_be_visible()
    _shot(tab, folder / "first-visit.png")
    address = _offline(tab)
    _live(tab, server, folder)
    further, limited = _further(tab, address), _limited(tab, server)
    for dark in (False, True):
        mode = "dark" if dark else "light"
        _pages(_tab(chromium, DESK, dark=dark), server, address, folder, mode)
        _going_on(_tab(chromium, DESK, dark=dark), further, limited, folder, mode)
    phone = _tab(chromium, PHONE, dark=False)
    phone.goto(address)
    expect(phone.get_by_role("button", name="Ask again")).to_be_visible()
    _shot(phone, folder / "answer-phone.png")
    phone.goto(limited)
    expect(phone.get_by_role("button", name="Continue")).to_be_visible()
    _shot(phone, folder / "limit-phone.png")
    phone.goto(server.address)
    expect(phone.get_by_text("Latest answers")).to_be_visible()
    _shot(phone, folder / "ask-phone.png")
    phone.goto(f"{server.address}/documents")
    _reader(phone, folder / "reader-phone.png")


def _offline(tab: Page) -> str:
    """Ask the first sample question of the offline backend and return the run's address."""
    tab.get_by_role("button", name="Use this question").first.click()
    expect(tab.get_by_role("textbox", name="Question")).not_to_be_empty()
    _ask(tab)
    expect(tab.get_by_role("button", name="Ask again")).to_be_visible()
    return tab.url


def _live(tab: Page, server: Server, folder: Path) -> None:
    """Take a run while it is at work, then the home page with it."""
    _prepare(tab, server, "Which notice periods does the agreement state?")
    _ask(tab)
    expect(tab.locator("summary", has_text="Turn 2")).to_be_visible()
    expect(tab.get_by_text("The reply, as it is written")).to_be_visible()
    _shot(tab, folder / "live-light.png")
    expect(tab.get_by_role("button", name="Ask again")).to_be_visible()


def _limited(tab: Page, server: Server) -> str:
    """Let a run reach its limit of two turns and return its address."""
    _prepare(tab, server, "Which notice periods does the agreement state, and from when do they count?", turns=2)
    _ask(tab)
    expect(tab.get_by_role("button", name="Continue")).to_be_visible()
    return tab.url


def _further(tab: Page, address: str) -> str:
    """Ask a follow-up below an answer and return its run's address."""
    tab.goto(address)
    further = tab.get_by_role("textbox", name="Ask a follow-up")
    further.fill("And which clause says so?")
    further.press("Enter")
    expect(tab.get_by_role("button", name=re.compile("Follows:"))).to_be_visible()
    expect(tab.get_by_role("button", name="Ask again")).to_be_visible()
    return tab.url


def _prepare(tab: Page, server: Server, question: str, turns: int | None = None) -> None:
    """Fill the form for a scripted run."""
    tab.goto(server.address)
    tab.get_by_role("button", name="Backend and limits").click()
    tab.locator(".st-key-ask-backend").get_by_role("combobox").click()
    tab.get_by_role("option", name=re.compile("Scripted")).click()
    expect(tab.get_by_text("Scripted: says what a file tells it to · at most")).to_be_visible()
    if turns:
        tab.get_by_role("spinbutton", name="Turns").fill(str(turns))
        tab.keyboard.press("Enter")
        expect(tab.get_by_text(f"at most {turns} turns")).to_be_visible()
    tab.keyboard.press("Escape")
    tab.get_by_role("combobox", name="Documents").last.fill("master")
    tab.keyboard.press("Enter")
    tab.keyboard.press("Escape")
    tab.get_by_role("textbox", name="Question").fill(question)


def _pages(tab: Page, server: Server, address: str, folder: Path, mode: str) -> None:
    tab.goto(address)
    expect(tab.get_by_role("heading", name="Passages")).to_be_visible()
    _shot(tab, folder / f"answer-{mode}.png")
    tab.get_by_role("tab", name="Timeline").click()
    tab.locator("summary", has_text="Turn 2").click()
    expect(tab.get_by_test_id("stDataFrame")).to_be_visible()
    _shot(tab, folder / f"timeline-{mode}.png")
    tab.get_by_role("tab", name="Evidence").click()
    expect(tab.get_by_text("Only what needs a look")).to_be_visible()
    _shot(tab, folder / f"evidence-{mode}.png")
    for name, word in (
        ("", "Latest answers"),
        ("history", "Quotes found"),
        ("documents", "Sample"),
        ("settings", "All backends"),
    ):
        tab.goto(f"{server.address}/{name}")
        expect(tab.get_by_text(word).first).to_be_visible()
        _shot(tab, folder / f"{name or 'ask'}-{mode}.png")
        if name == "documents":
            _reader(tab, folder / f"reader-{mode}.png")
    tab.get_by_role("tab", name="Prompts").click()
    expect(tab.get_by_text("All profiles")).to_be_visible()
    _shot(tab, folder / f"prompts-{mode}.png")
    tab.get_by_role("tab", name="Environments").click()
    expect(tab.get_by_text("Does not cover")).to_be_visible()
    _shot(tab, folder / f"environments-{mode}.png")


def _reader(tab: Page, path: Path) -> None:
    """Open the first document of the library and find words in it."""
    tab.get_by_role("button", name="Read", exact=True).first.click()
    sought = tab.get_by_role("textbox", name="Find")
    sought.fill("invoice")
    sought.press("Enter")
    tab.get_by_role("button", name="page 14").first.click()
    expect(tab.locator(".rlm-text mark").first).to_be_visible()
    _shot(tab, path)


def _going_on(tab: Page, further: str, limited: str, folder: Path, mode: str) -> None:
    """Take what lets a run go on: a raised limit, a turn to go on from differently, turns from the record."""
    tab.goto(limited)
    expect(tab.get_by_role("button", name="Continue")).to_be_visible()
    _shot(tab, folder / f"limit-{mode}.png")
    tab.goto(further)
    tab.get_by_role("tab", name="Timeline").click()
    tab.locator("summary", has_text="Turn 1").click()
    tab.get_by_text("Go on differently from here").click()
    expect(tab.get_by_role("button", name="Start the new run")).to_be_visible()
    tab.get_by_role("button", name="Start the new run").scroll_into_view_if_needed()
    _shot(tab, folder / f"fork-{mode}.png")


def _ask(tab: Page) -> None:
    tab.locator("[data-testid=stForm]").get_by_role("button", name="Ask").click()
    tab.wait_for_url(re.compile(r"/run\?run="))


def _tab(chromium: Browser, size: tuple[int, int], *, dark: bool) -> Page:
    context = chromium.new_context(
        viewport={"width": size[0], "height": size[1]}, color_scheme="dark" if dark else "light"
    )
    tab = context.new_page()
    tab.set_default_timeout(40_000)
    expect.set_options(timeout=40_000)
    return tab


def _shot(tab: Page, path: Path) -> None:
    """Take the picture once fonts and canvas tables are painted, for which there is no sign to wait for."""
    expect(tab.get_by_test_id("stSkeleton")).to_have_count(0)
    tab.mouse.move(640, 855)
    tab.wait_for_timeout(700)
    tab.screenshot(path=str(path))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images")
