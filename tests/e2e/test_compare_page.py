"""Two runs side by side, and a run that is repeated."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.desk import Desk
from tests.e2e.home import QUESTION

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(180)]


def test_two_runs_are_chosen_and_their_differences_seen(desk: Desk, page: Page) -> None:
    desk.open(page, f"/compare?left={desk.home.done}")
    expect(page.get_by_text("Choose two runs above")).to_be_visible()
    page.get_by_role("combobox", name="The other").click()
    page.get_by_role("option", name=re.compile("Is this the third spare run")).click()
    page.wait_for_url(re.compile(rf"left={desk.home.done}&right={desk.home.spare[2]}$"))

    expect(page.locator(".rlm-text mark").first).to_be_visible()
    table = page.get_by_test_id("stTable")
    expect(table).to_contain_text("Question")
    expect(table).to_contain_text("Limit: money in US dollars")
    expect(page.get_by_text("Only the one")).to_be_visible()
    expect(page.get_by_text("lease.pdf, page 1").first).to_be_visible()
    expect(page.get_by_text("Turn 1: the models wrote other code.")).to_be_visible()
    page.get_by_role("link", name="The other").click()
    page.wait_for_url(re.compile(rf"/run\?run={desk.home.spare[2]}$"))
    page.go_back()
    expect(page.locator(".rlm-text mark").first).to_be_visible()


def test_a_run_is_asked_again_and_what_stays_the_same_is_told(desk: Desk, page: Page) -> None:
    desk.open(page, f"/compare?left={desk.home.done}&right={desk.home.done}")
    expect(page.get_by_text("This is one run twice")).to_be_visible()
    ended = page.get_by_test_id("stMetric").filter(has_text="Runs that ended")
    expect(ended).to_contain_text("2")
    times = page.get_by_role("spinbutton", name="Ask it again")
    times.fill("1")
    times.press("Enter")
    page.get_by_role("button", name=re.compile("Ask 1 time, about")).click()
    expect(page.get_by_text("1 repeat at work")).to_be_visible()
    expect(ended).to_contain_text("3")
    for name in ("Claims that agree", "Quotations that agree"):
        expect(page.get_by_test_id("stMetric").filter(has_text=name)).to_contain_text("100%")
    page.locator("summary", has_text="In every run: 2 quotes").click()
    expect(page.get_by_text("Either party may end this lease by giving ninety days").last).to_be_visible()
    assert QUESTION in page.get_by_role("combobox", name="One run").input_value()
