"""A server with the home that it is at work on."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Page, expect

from tests.e2e import asking
from tests.e2e.home import Home
from tests.e2e.server import Server


@dataclass(frozen=True, slots=True)
class Desk:
    """What a test of pages needs: the app in a browser's reach and what is in its home."""

    home: Home
    server: Server

    def open(self, page: Page, address: str) -> None:
        """Lead a tab to an address within the app."""
        page.goto(self.server.address + address)
        settled(page)

    def ask(self, page: Page, question: str) -> str:
        """Ask the scripted model of the first document of one's own, and return the address of the run's page."""
        self.open(page, "/")
        asking.choose_scripted(page)
        asking.choose_document(page, "lease")
        return asking.ask(page, question)


COLD = 60_000
"""Milliseconds that the first page of a process may take on a machine that is busy with other tests."""


def settled(page: Page) -> None:
    """Wait until the page's script has come to its end, so that nothing of an earlier page is still on it."""
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for(timeout=COLD)
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)


def open_export(page: Page) -> None:
    """Open the menu of what can be saved of a run, and wait until the app knows that it is open."""
    page.get_by_role("button", name="Export").click()
    settled(page)
