"""Pictures of the app: `python -m tests.e2e.screenshots` renews those of the README; with a folder, takes every page's.

Of every page in its main states one picture on a desk in each theme and one on a phone is put into the folder, to be
looked at.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.e2e.asking import ask, choose_document, choose_scripted, send
from tests.e2e.browser import browser, executable
from tests.e2e.desk import Desk, settled
from tests.e2e.home import furnish
from tests.e2e.places import PLACES
from tests.e2e.scripts import script
from tests.e2e.server import ROOT, Server

DESK, PHONE = (1280, 860), (390, 844)
IMAGES = ROOT / "docs" / "images"


def main(folder: Path | None) -> None:
    """Start an app of its own and take the pictures."""
    path = executable()
    if path is None:
        raise SystemExit("There is no Chromium on this machine; install one to take pictures.")
    target = folder or IMAGES
    target.mkdir(parents=True, exist_ok=True)
    with browser(path) as chromium:
        if folder:
            _every(chromium, folder)
        else:
            _for_readers(chromium)


def _every(chromium: Browser, folder: Path) -> None:
    """Take each place on a desk in both themes and on a phone."""
    with tempfile.TemporaryDirectory() as full, tempfile.TemporaryDirectory() as empty:
        home = furnish(Path(full))
        with _at_work(Path(full), home.script) as desk, _at_work(Path(empty)) as bare:
            for place in PLACES:
                tab = _tab(chromium, dark=False)
                Desk(home, bare if place.empty else desk).open(tab, place.address(home))
                place.reach(tab)
                settled(tab)
                _shot(tab, folder / f"{place.name}-light.png")
                tab.emulate_media(color_scheme="dark")
                _shot(tab, folder / f"{place.name}-dark.png")
                tab.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
                _shot(tab, folder / f"{place.name}-phone.png")
                tab.context.close()


def _for_readers(chromium: Browser) -> None:
    """Take an answer with the page of a quotation beside it, and a run at work, on a bundled document."""
    with tempfile.TemporaryDirectory() as home:
        says = Path(home, "script.json")
        says.write_text(json.dumps(script(delay=4.0)), encoding="utf-8")
        with _at_work(Path(home), says) as server:
            _answer(_tab(chromium, dark=False), server)
            _run(_tab(chromium, dark=True), server)


def _answer(tab: Page, server: Server) -> None:
    tab.goto(server.address)
    tab.get_by_role("button", name="Use this question").first.click()
    expect(tab.get_by_role("textbox", name="Question")).not_to_be_empty()
    send(tab)
    expect(tab.get_by_role("button", name="Ask again")).to_be_visible()
    tab.locator('a[href="#quote-1"]').first.click()
    expect(tab.locator(".st-key-leaf .rlm-box").first).to_be_visible()
    _shot(tab, IMAGES / "answer-light.png")


def _run(tab: Page, server: Server) -> None:
    tab.goto(server.address)
    choose_scripted(tab)
    choose_document(tab, "master")
    ask(tab, "Which notice periods does the agreement state?")
    tab.locator("summary", has_text="Turn 2").click()
    expect(tab.get_by_text("Output · ran")).to_be_visible()
    expect(tab.get_by_test_id("stDataFrame").first).to_be_visible()
    _shot(tab, IMAGES / "timeline-dark.png")
    expect(tab.get_by_role("button", name="Ask again")).to_be_visible()


@contextmanager
def _at_work(home: Path, says: Path | None = None) -> Iterator[Server]:
    server = Server(home, says)
    try:
        server.start()
        yield server
    finally:
        server.stop()


def _tab(chromium: Browser, *, dark: bool) -> Page:
    context = chromium.new_context(
        viewport={"width": DESK[0], "height": DESK[1]}, color_scheme="dark" if dark else "light"
    )
    tab = context.new_page()
    tab.set_default_timeout(40_000)
    expect.set_options(timeout=40_000)
    return tab


def _shot(tab: Page, path: Path) -> None:
    """Take the picture once fonts and canvas tables are painted, for which there is no sign to wait for."""
    expect(tab.get_by_test_id("stSkeleton")).to_have_count(0)
    size = tab.viewport_size or {"width": DESK[0], "height": DESK[1]}
    tab.mouse.move(size["width"] / 2, size["height"] - 5)
    tab.wait_for_timeout(700)
    tab.screenshot(path=str(path))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
