"""Asking as a person does it on the home page, with the scripted backend."""

from __future__ import annotations

import re
from contextlib import suppress

from playwright.sync_api import Page, TimeoutError, expect


def choose_scripted(page: Page) -> None:
    """Pick the scripted backend, and shut what was opened for it."""
    page.get_by_role("button", name="Backend and limits").click()
    page.locator(".st-key-ask-backend").get_by_role("combobox").click()
    page.get_by_role("option", name=re.compile("Scripted")).click()
    expect(page.get_by_text("Scripted: says what a file tells it to · at most")).to_be_visible()
    page.keyboard.press("Escape")


def choose_document(page: Page, name: str) -> None:
    """Pick the first document that `name` finds, and wait for what the page says of it, which moves the form down."""
    page.get_by_role("combobox", name="Documents").last.fill(name)
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("stCaptionContainer").filter(has_text=re.compile(f"{name}.* · ")).first).to_be_visible()


def ask(page: Page, question: str) -> str:
    """Ask and return the address of the run's page, which is open then."""
    page.get_by_role("textbox", name="Question").fill(question)
    return send(page)


def send(page: Page) -> str:
    """Send the form as it is filled in, once the app has taken what was chosen; return the address of the run's page.

    On a page that is drawn for the first time a click can fall on a button that is just being replaced; it is made again.
    """
    for seconds in (10, 10, 30):
        page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
        page.locator("[data-testid=stForm]").get_by_role("button", name="Ask").click()
        with suppress(TimeoutError):
            page.wait_for_url(re.compile(r"/run\?run="), timeout=seconds * 1000)
            return page.url
    raise AssertionError(f"No run's page came up; the page says: {page.inner_text('body')}")
