"""The timeline in a real browser, with a stored run of 10,000 sub-calls and one of 300 turns.

`python -m benchmarks.timeline [folder for pictures]` prints, for each run: seconds until the first row is seen, bytes sent
by then, milliseconds until a step is open, seconds until a search has its count. The pages' process is warm: a run of
another visitor was opened before.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, WebSocket, expect

from benchmarks.timeline_runs import keep
from rlm_app.build import open_app
from rlm_app.settings import Settings
from tests.e2e.browser import browser, executable
from tests.e2e.server import Server

RUNS = {"10,000 sub-calls": (10, 1000), "300 turns": (300, 3)}


class Counter:
    """Counts the bytes a page receives over its WebSocket."""

    def __init__(self, page: Page) -> None:
        self.received = 0
        page.on("websocket", self._listen)

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framereceived", self._count)

    def _count(self, payload: Any) -> None:
        self.received += len(payload)


def furnish(home: Path) -> dict[str, str]:
    """Keep the runs in a data file of their own and return their ids."""
    app = open_app(Settings(home=home))
    ids = {name: keep(app, turns, calls) for name, (turns, calls) in RUNS.items()}
    ids["warm"] = keep(app, 2, 2)
    app.close()
    return ids


def measure(page: Page, address: str, run_id: str) -> dict[str, float]:
    """Open a run's timeline, one of its turns, and search in it."""
    counter = Counter(page)
    began = time.perf_counter()
    page.goto(f"{address}/run?run={run_id}&step=0")
    rows = page.locator(".rlm-strip")
    expect(rows.first).to_be_visible()
    first, received = time.perf_counter() - began, counter.received
    page.wait_for_timeout(500)
    began = time.perf_counter()
    page.locator("[class*=st-key-turnrow-] summary").first.click()
    expect(page.get_by_test_id("stDataFrame").first).to_be_visible()
    opened = time.perf_counter() - began
    page.wait_for_timeout(500)
    began = time.perf_counter()
    box = page.get_by_role("textbox", name="Search in this run")
    box.fill("needle")
    box.press("Enter")
    expect(page.get_by_text("in all").first).to_be_visible()
    return {
        "first rows s": first,
        "kB sent": received / 1000,
        "open ms": 1000 * opened,
        "search s": time.perf_counter() - began,
    }


def main(pictures: Path | None = None) -> None:
    """Print the measurements; with a folder, take pictures as well."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        ids = furnish(home)
        server = Server(home)
        server.start()
        try:
            _in_browser(server.address, ids, pictures)
        finally:
            server.stop()


def _in_browser(address: str, ids: dict[str, str], pictures: Path | None) -> None:
    found = executable()
    if found is None:
        raise SystemExit("No Chromium on this machine: install one, then run this again.")
    print(f"load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    with browser(found) as chromium:
        for name in ("warm", *RUNS):
            page = chromium.new_context(viewport={"width": 1280, "height": 900}).new_page()
            page.set_default_timeout(60_000)
            expect.set_options(timeout=60_000)
            numbers = measure(page, address, ids[name])
            if name != "warm":
                print(f"{name:>18}  " + "  ".join(f"{what} {number:.2f}" for what, number in numbers.items()))
            if pictures:
                page.screenshot(path=str(pictures / f"{name.replace(' ', '-')}-{uuid.uuid4().hex[:4]}.png"))
            page.context.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
