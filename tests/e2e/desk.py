"""A server with the home that it is at work on."""

from __future__ import annotations

import re
from dataclasses import dataclass

from playwright.sync_api import Page, expect

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
        page.get_by_role("button", name="Backend and limits").click()
        page.locator(".st-key-ask-backend").get_by_role("combobox").click()
        page.get_by_role("option", name=re.compile("Scripted")).click()
        expect(page.get_by_text("Scripted: says what a file tells it to · at most")).to_be_visible()
        page.keyboard.press("Escape")
        page.get_by_role("combobox", name="Documents").last.fill("lease")
        page.keyboard.press("Enter")
        page.keyboard.press("Escape")
        page.get_by_role("textbox", name="Question").fill(question)
        page.locator("[data-testid=stForm]").get_by_role("button", name="Ask").click()
        page.wait_for_url(re.compile(r"/run\?run="))
        return page.url


COLD = 60_000
"""Milliseconds that the first page of a process may take on a machine that is busy with other tests."""


def settled(page: Page) -> None:
    """Wait until the page's script has come to its end, so that nothing of an earlier page is still on it."""
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for(timeout=COLD)
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
