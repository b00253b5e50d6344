"""Payloads in all that strangers write, on every page, in a browser: nothing runs, and nothing is asked for elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from rlm_app.build import open_app
from rlm_app.owners import LOCAL
from rlm_app.settings import Settings
from tests.e2e.browser import browser, needed
from tests.isolation.hosted import hosted
from tests.isolation.payloads import OVERRIDE, furnish

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]
MARK = "MARK"


class Watch:
    """A tab with an eye on all that it runs and asks for."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.wrong: list[str] = []
        page.on("request", lambda request: self._look(request.url))
        page.on("dialog", lambda dialog: self.wrong.append(f"a dialog: {dialog.message}"))
        page.on("popup", lambda other: self.wrong.append(f"a window: {other.url}"))

    def _look(self, url: str) -> None:
        own = (self.address, self.address.replace("http", "ws"), "data:", "blob:")
        if not url.startswith(own):
            self.wrong.append(f"asked for {url}")

    def visit(self, path: str, *clicks: str) -> None:
        """Open a page, then tab after tab of it, and see that the payload is there to be read and does nothing."""
        self.page.goto(f"{self.address}/{path}")
        self._inert(path)
        for name in clicks:
            self.page.get_by_role("tab", name=name).click()
            self._inert(f"{path}, {name}")

    def _inert(self, where: str) -> None:
        expect(self.page.get_by_text(MARK).first).to_be_attached()
        self.page.wait_for_function("!document.querySelector('[data-test-script-state=running]')")
        assert self.page.evaluate("window.ran") is None, where
        assert self.wrong == [], where
        for wrong in (
            "a[href^='javascript:' i]",
            "img[src*='canary']",
            "iframe[src*='canary']",
            "[onerror]",
            "[onload]",
        ):
            assert self.page.locator(wrong).count() == 0, f"{where}: {wrong}"
        assert "canary.example" not in " ".join(self.page.eval_on_selector_all("a", "all => all.map(a => a.href)")), (
            where
        )
        text = self.page.evaluate("document.querySelector('[data-testid=stMain]').innerText")
        assert OVERRIDE not in text, where
        assert "\N{ESCAPE}" not in text, where
        assert self.page.locator("[data-testid=stMain] .katex").count() == 0, where
        wide = "main => main.scrollWidth - main.clientWidth"
        assert self.page.locator("[data-testid=stMain]").evaluate(wide) <= 1, where


@pytest.fixture
def home(tmp_path: Path) -> tuple[Path, dict[str, str]]:
    needed()
    app = open_app(Settings(tmp_path / "home"))
    try:
        return tmp_path / "home", furnish(app, LOCAL, tmp_path)
    finally:
        app.close()


@pytest.fixture
def watch(home: tuple[Path, dict[str, str]]) -> Iterator[Watch]:
    expect.set_options(timeout=60_000)
    with hosted(home[0]) as address, browser(needed()) as chromium:
        phone = chromium.new_context(viewport={"width": 390, "height": 844})
        yield Watch(phone.new_page(), address)


def test_whatever_strangers_write_is_read_and_never_carried_out(
    watch: Watch, home: tuple[Path, dict[str, str]]
) -> None:
    ids = home[1]
    watch.visit("")
    watch.visit("history")
    for run in ("run", "imported"):
        watch.visit(f"run?run={ids[run]}&step=1.1", "Answer", "Evidence")
    watch.visit(f"compare?left={ids['run']}&right={ids['again']}")
    watch.visit(f"grid?grid={ids['grid']}&cell={ids['cell']}")
    watch.visit("documents")
    watch.visit(f"documents?document={ids['document']}")
    watch.visit("sql")
    watch.visit(f"shared?share={ids['link']}")


def test_the_watch_would_see_a_payload_that_is_carried_out(watch: Watch) -> None:
    watch.page.goto(f"{watch.address}/")
    expect(watch.page.get_by_role("heading", name=re.compile("Ask your documents"))).to_be_visible()
    watch.page.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<img src=http://canary.example/x onerror=window.ran=1>')"
    )
    watch.page.wait_for_function("window.ran === 1")
    assert watch.wrong == ["asked for http://canary.example/x"]
