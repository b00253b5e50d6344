"""Every page of the app in its main states: how each is reached in a browser, and what is to be seen there."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from tests.e2e.desk import open_export
from tests.e2e.home import FAILED, OWNER, Home

__all__ = ["OWNER", "PLACES", "Place"]


@dataclass(frozen=True, slots=True)
class Place:
    """A page in a state: its name, its address in a home, and what to do there until the state is on the screen.

    `empty` places are looked at in a home in which nothing was asked yet.
    """

    name: str
    address: Callable[[Home], str]
    reach: Callable[[Page], None]
    empty: bool = False


def _see(text: str | re.Pattern[str]) -> Callable[[Page], None]:
    """Return what waits for a text."""
    return lambda page: expect(page.get_by_text(text).first).to_be_visible()


def _button(name: str) -> Callable[[Page], None]:
    """Return what waits for a button."""
    return lambda page: expect(page.get_by_role("button", name=name).first).to_be_visible()


def _run(which: str) -> Callable[[Home], str]:
    return lambda home: f"/run?run={getattr(home, which)}"


def _at(path: str) -> Callable[[Home], str]:
    return lambda _: path


def _turn(page: Page) -> None:
    page.get_by_role("tab", name="Timeline").click()
    page.locator("summary", has_text="Turn 2").click()
    expect(page.get_by_test_id("stDataFrame").first).to_be_visible()


def _fork(page: Page) -> None:
    page.get_by_role("tab", name="Timeline").click()
    page.locator("summary", has_text="Turn 1").click()
    page.get_by_text("Go on differently from here").click()
    expect(page.get_by_role("button", name="Start the new run")).to_be_visible()


def _view(name: str, seen: Callable[[Page], None]) -> Callable[[Page], None]:
    def reach(page: Page) -> None:
        page.get_by_role("tab", name="Timeline").click()
        page.get_by_role("radio", name=name).click()
        seen(page)

    return reach


def _evidence(page: Page) -> None:
    page.get_by_role("tab", name="Evidence").click()
    expect(page.get_by_text("Only what needs a look")).to_be_visible()


def _leaf(page: Page) -> None:
    expect(page.locator(".st-key-leaf .rlm-box").first).to_be_visible()


def _share(page: Page) -> None:
    open_export(page)
    page.get_by_role("button", name="Share or save the answer").click()
    expect(page.get_by_role("button", name="Save the file")).to_be_visible()


def _new_grid(page: Page) -> None:
    page.locator("summary", has_text="New grid").click()
    expect(page.get_by_role("button", name="Create grid")).to_be_visible()


def _layout(page: Page) -> None:
    page.locator("summary", has_text="Documents and questions").click()
    expect(page.get_by_role("button", name="Add questions")).to_be_visible()


def _filters(page: Page) -> None:
    page.locator("summary", has_text="More filters").click()
    page.locator("summary", has_text="Money and time by day").click()
    expect(page.get_by_text("Time at work, minutes")).to_be_visible()
    expect(page.get_by_test_id("stVegaLiteChart").first).to_be_visible()


def _sql(page: Page) -> None:
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_test_id("stDataFrame")).to_be_visible()


def _reader(page: Page) -> None:
    sought = page.get_by_role("textbox", name="Find")
    sought.fill("notice")
    sought.press("Enter")
    expect(page.get_by_role("button", name="page 1").first).to_be_visible()


def _tab(name: str, seen: str) -> Callable[[Page], None]:
    def reach(page: Page) -> None:
        page.get_by_role("tab", name=name).click()
        expect(page.get_by_text(seen).first).to_be_visible()

    return reach


PLACES = (
    Place("ask-empty", _at("/"), _see("Try it on a sample document"), empty=True),
    Place("ask", _at("/"), _see("Latest answers")),
    Place("run-answer", _run("done"), _button("Ask again")),
    Place("run-leaf", lambda home: f"/run?run={home.done}&quote=1", _leaf),
    Place("run-timeline", _run("done"), _turn),
    Place("run-tree", _run("done"), _view("Tree", _see("Choose a line to open it"))),
    Place("run-waterfall", _run("done"), _view("Waterfall", _see("From left to right"))),
    Place("run-models", _run("done"), _view("By model", _see("Calls that were under way side by side"))),
    Place("run-stepping", _run("done"), _view("Step by step", _see("the model has replied"))),
    Place("run-fork", _run("done"), _fork),
    Place("run-evidence", _run("done"), _evidence),
    Place("run-share", _run("done"), _share),
    Place("run-failed", _run("failed"), _see("The provider refused the key")),
    Place("run-interrupted", _run("interrupted"), _see("The app was closed while this run was at work")),
    Place("run-limit", _run("limited"), _button("Continue")),
    Place("run-cancelled", _run("cancelled"), _see("You stopped this run")),
    Place("run-missing", _at(f"/run?run={'0' * 32}"), _see("This run does not exist.")),
    Place("grid-empty", _at("/grid"), _button("Create grid"), empty=True),
    Place("grid", lambda home: f"/grid?grid={home.grid}", _see("Choose a cell to see its quotations")),
    Place("grid-cell", lambda home: f"/grid?grid={home.grid}&cell={home.cell}", _see("Open the run")),
    Place("grid-new", lambda home: f"/grid?grid={home.grid}", _new_grid),
    Place("grid-layout", lambda home: f"/grid?grid={home.grid}", _layout),
    Place("history-empty", _at("/history"), _see("No question was asked yet"), empty=True),
    Place("history", _at("/history"), _see(FAILED[:40])),
    Place("history-filters", _at("/history"), _filters),
    Place("compare-none", _at("/compare"), _see("Choose two runs above")),
    Place("compare", lambda home: f"/compare?left={home.done}&right={home.other}", _see("Ask it again")),
    Place("repeats", lambda home: f"/compare?left={home.done}&right={home.done}", _see("Quotations that agree")),
    Place("sql", _at("/sql"), _sql),
    Place("documents", _at("/documents"), _see("Sample")),
    Place("reader", lambda home: f"/documents?document={home.lease}", _reader),
    Place("settings", _at("/settings"), _see("All backends")),
    Place("settings-models", _at("/settings"), _tab("Models and prices", "US dollars per million")),
    Place("settings-profiles", _at("/settings"), _tab("Profiles", "Keep what is chosen now as")),
    Place("settings-prompts", _at("/settings"), _tab("Prompts", "All profiles")),
    Place("settings-limits", _at("/settings"), _tab("Limits", "What a run may use at most")),
    Place("settings-environments", _at("/settings"), _tab("Environments", "Does not cover")),
    Place("settings-data", _at("/settings"), _tab("Your data", "What is stored")),
)
