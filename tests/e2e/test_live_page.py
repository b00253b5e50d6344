"""A run at work: for everyone, without motion for who wants none, paused, told something, stopped; by keys alone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.checks import complaints, moving, standing_out
from tests.e2e.desk import Desk, settled

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(180)]


def test_a_run_at_work_is_there_for_everyone_and_stands_still_when_told_to(desk: Desk, page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")
    desk.ask(page, "Which notice periods hold?")
    page.get_by_role("button", name="Pause").click()  # at once: it stands still before it is done, however slow this is
    assert not moving(page)
    expect(page.get_by_text("Nothing is sent meanwhile")).to_be_visible()
    expect(page.locator(".st-key-run_header")).to_contain_text("Paused")
    wrong = {"light": complaints(page)}
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    wrong["dark"] = complaints(page)
    page.set_viewport_size({"width": 390, "height": 844})
    wrong["phone"] = standing_out(page)
    assert not {name: found for name, found in wrong.items() if found}

    page.get_by_role("textbox", name="Note to the model").fill("Mind clause 2.")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("button", name="Ask again")).to_be_visible()
    settled(page)  # a row of the page as it was at work is replaced by one of the page as it is now, closed
    page.get_by_role("tab", name="Timeline").click()
    rows = page.locator("summary", has_text=re.compile(r"Turn \d"))
    expect(rows.nth(1)).to_be_visible()
    settled(page)
    for number in range(rows.count()):
        rows.nth(number).click()
        expect(page.locator("details[open] > summary", has_text=f"Turn {number + 1}")).to_be_visible()
    expect(page.get_by_text("A person noted: Mind clause 2.").first).to_be_visible()


def test_a_run_that_is_stopped_says_so_and_what_was_saved(desk: Desk, page: Page) -> None:
    desk.ask(page, "Which notice periods are there?")
    expect(page.locator("summary", has_text="Turn 1")).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("You stopped this run")).to_be_visible()
    expect(page.get_by_text(re.compile(r"calls? (is|are) saved\."))).to_be_visible()
    assert not complaints(page)


def test_a_question_is_asked_and_its_answer_read_by_keys_alone(desk: Desk, page: Page) -> None:
    desk.open(page, "/")
    question = page.get_by_role("textbox", name="Question")
    reached(page, question)
    page.keyboard.type("When is the rent due to be paid?")
    documents = page.get_by_role("combobox", name="Documents").last
    reached(page, documents, "Shift+Tab")
    page.keyboard.type("lease")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    reached(page, question)
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"/run\?run="))
    expect(page.get_by_role("button", name="Ask again")).to_be_visible()
    answer = page.get_by_role("tab", name="Answer")
    reached(page, answer)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    first = page.locator("summary", has_text="Turn 1")
    expect(first).to_be_visible()
    reached(page, first)
    page.keyboard.press("Enter")
    expect(page.get_by_text("What was new in the prompt").first).to_be_visible()


def reached(page: Page, wanted: Locator, key: str = "Tab", most: int = 60) -> None:
    """Press a key until what is wanted has the focus."""
    for _ in range(most):
        if wanted.evaluate("each => each === document.activeElement"):
            return
        page.keyboard.press(key)
    raise AssertionError(
        f"{most} times {key} do not lead there: {page.evaluate('document.activeElement.outerHTML')[:300]}"
    )
